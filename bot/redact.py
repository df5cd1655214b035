"""Take out of a text what could name or unlock somebody, before it is kept for curators.

Pure and linear in the text's length; doing it twice changes nothing more. Must never be relied on to
find a person's name: people write those like any other word.
"""

from __future__ import annotations

import re

_TELLING = (
    r"pass(?:word|wd|phrase|code)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|client[_-]?secret|"
    r"auth(?:orization)?|credentials?|session(?:id)?|signature"
)

# In order: the more telling shape first, so that a mail inside an address is not cut in two.
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE if fold else 0), mark)
    for pattern, mark, fold in (
        # a PEM block, also one cut off before its end
        (r"-----BEGIN [A-Z ]{1,40}-----[^-]*(?:-----END [A-Z ]{1,40}-----)?", "[secret]", False),
        # Slack's and Teams' mentions, channels, groups and made links
        (r"<(?:@|#|!subteam\^|!)[^<>\s]{1,80}>", "[mention]", False),
        (r"<(?:@|#|!subteam\^)[^<>|]{1,40}\|[^<>]{0,80}>", "[mention]", False),
        (r"<at(?: [^<>]{0,80})?>[^<>]{0,80}</at>", "[mention]", True),
        (r"<(?:mailto|tel):[^<>]{1,200}>", "[contact]", True),
        # an address with credentials in it
        (r"(?<=://)[^\s/<>\[\]]{1,200}@", "[secret]@", False),
        # tokens with a maker's mark
        (r"\b(?:xox[a-z]|xapp|xwfp)-[\w-]{6,}", "[secret]", True),
        (
            r"\b(?:gh[a-z]_|github_pat_|glpat-|gl[a-z]{2,4}-|sk-|pk-|rk-|sk_|pk_|rk_|npm_|pypi-|hf_|dop_v1_|shp[a-z]{2}_)[\w-]{8,}",
            "[secret]",
            False,
        ),
        (r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}", "[secret]", False),
        (r"\bAIza[\w-]{20,}", "[secret]", False),
        (r"\beyJ[\w-]{6,}(?:\.[\w-]*){0,4}", "[secret]", False),
        (r"https://hooks\.slack\.com/[^\s<>]+", "[secret]", True),
        # said outright, as in: the password is x, or a token with a colon or an equals sign
        (r"\b(bearer|basic) +(?!\[secret\])[\w.~+/=-]{8,}", r"\1 [secret]", True),
        (rf"((?:{_TELLING})[\"']?\s{{0,3}}[:=]\s{{0,3}})(?!\s|\[secret\])[^\s<>]+", r"\1[secret]", True),
        (r"\b(pass(?:word|phrase|code)|pwd|pin) (is|was) (?!\[secret\])\S+", r"\1 \2 [secret]", True),
        (r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}", "[mail]", False),
        (r"(?<![\w\]])[@\uff20]\w(?:[\w.-]{0,60}\w)?", "[mention]", False),
        # numbers that point at somebody or something
        (r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "[id]", True),
        (r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w]|\.\d)", "[address]", False),
        (r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])", "[address]", True),
        (r"(?<![\w:])(?=[0-9a-f:]{0,39}\d)(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\w:])", "[address]", True),
        (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b", "[number]", False),
        # a long run of letters and digits mixed is a key, a hash or an account
        (r"(?<![\w])(?=[\w+/-]{0,200}\d)(?=[\w+/-]{0,200}[A-Za-z])[A-Za-z0-9_+/=-]{24,}", "[secret]", False),
    )
)
_DATE = re.compile(
    r"(?:\d\d?[./-]){2}(?:19|20)\d\d|(?:19|20)\d\d(?:[-/.]\d\d?){2}|(?:19|20)\d\d ?[-/\u2013] ?(?:19|20)\d\d"
)
_DIGITS = re.compile(r"(?<!\w)\+?\(?\d(?:[ ()./\u2013-]{0,3}\d)*|\d{6,}")


def redact(text: str) -> str:
    """Replace mails, secrets, mentions, network addresses and long numbers by a word in square brackets."""
    for pattern, mark in _RULES:
        text = pattern.sub(mark, text)
    return _DIGITS.sub(_number, text)


def _number(match: re.Match[str]) -> str:
    """Keep a date, a year or a count; hide what is long enough to be a telephone or an account."""
    found = match[0]
    if sum(character.isdigit() for character in found) < 6 or _DATE.fullmatch(found):
        return found
    return "[number]"
