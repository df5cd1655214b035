"""The local web chat: pages rendered on the server, no build step."""
