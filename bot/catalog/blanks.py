"""Blanks in sentences: a team's `{{field}}`, the code's `{word}`, and what a field's value looks like.

Must never know an answer or a team.
"""

from __future__ import annotations

import re
import string
from datetime import date
from urllib.parse import urlsplit

_SECRETS = {
    "a Slack token": re.compile(r"\bxox[a-z]-|\bxapp-|hooks\.slack\.com/services/", re.IGNORECASE),
    "an access token": re.compile(r"\b(gh[pousr]_|github_pat_|glpat-|sk-|npm_|hf_|pypi-)[\w-]{16}"),
    "a cloud key": re.compile(r"\b(AKIA|ASIA|AIza)[\w-]{16}"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,200}\.eyJ[\w-]{10}"),
    "a password": re.compile(r"\b(password|passwd|pwd|secret|token|api[_-]?key) ?[=:] ?[^\s{<]{4}", re.IGNORECASE),
    "a password in an address": re.compile(r"://[^\s/:@]{1,100}:[^\s/@]{1,200}@"),
    "a random key": re.compile(
        r"(?<![\w/.-])(?=[\w+]{0,80}[0-9])(?=[\w+]{0,80}[a-z])(?=[\w+]{0,80}[A-Z])[\w+]{32,80}={0,2}(?![\w/.-])"
    ),
}


def names(line: str) -> list[str]:
    """List the `{{field}}` blanks of a line, in order."""
    return [part.split("}}")[0].strip() for part in line.split("{{")[1:]]


def balanced(line: str) -> bool:
    """Whether every blank that is opened is closed, and nothing else is."""
    first, *parts = line.split("{{")
    return "}}" not in first and all(part.count("}}") == 1 for part in parts)


def placeholders(text: str) -> list[str]:
    """List the names in braces; what str.format can't read comes back as its complaint, which is no name."""
    try:
        return [
            name + (f"!{mark}" if mark else "") + (f":{form}" if form else "")
            for _, name, form, mark in string.Formatter().parse(text)
            if name is not None
        ]
    except ValueError as error:
        return [str(error)]


def https(text: str) -> bool:
    """Whether this is an https address with a host."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and not any(sign.isspace() for sign in text)


def secret(text: str) -> str:
    """Name the kind of secret a text seems to hold; empty for none."""
    return next((kind for kind, pattern in _SECRETS.items() if pattern.search(text[:4000])), "")


def misfit(kind: str, text: str) -> str:
    """Say how a value of this type is written, when `text` isn't one; empty when it fits."""
    match kind:
        case "url" if not https(text):
            return "an address that starts with https://"
        case "person" if not re.fullmatch(r"@\S.{0,79}", text):
            return "the person's handle, such as @amira"
        case "channel" if not re.fullmatch(r"#[^\s#]{1,80}", text):
            return "the channel's name, such as #team-help"
        case "number" if not re.fullmatch(r"[0-9]{1,9}([.,][0-9]{1,3})?", text):
            return "digits only, such as 4"
        case "date" if not _is_day(text):
            return "YYYY-MM-DD, such as 2026-11-23"
    return ""


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
