"""Slack: payloads to our values (`parse`), replies to Block Kit (`render`), and the wire (`app`)."""
