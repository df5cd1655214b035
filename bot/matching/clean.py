"""What a person typed, freed of everything that isn't the question: markup, mentions, code, emoji, courtesies.

Pure and total: any text in, a `Text` out, in linear time. Must never know a topic or an answer.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HEAD, TAIL = 2400, 1200  # of a longer text the beginning and the end are read: the question stands in either
LONGEST_WORD = 40  # a longer run of letters is no word

_CODE = re.compile(r"```[^`]*(?:`(?!``)[^`]*)*(?:```|$)")
_TEAMS = re.compile(r"<at[^<>]{0,80}>[^<>]{0,120}</at>", re.IGNORECASE)
_SLACK_LINK = re.compile(r"<(?:https?|mailto)[^<>|]{0,2000}(?:\|([^<>]{0,300}))?>")
_SLACK_NAME = re.compile(r"<[@!#][^<>|]{0,80}(?:\|([^<>]{0,120}))?>")
_URL = re.compile(r"\bhttps?://\S{1,2000}")
_AT = re.compile(r"(?:^|(?<=\s))@[\w.-]{1,60}")
_EMOJI_NAME = re.compile(r":[a-z0-9_+-]{2,40}:")
_QUOTED = re.compile(r"^\s*>.*$", re.MULTILINE)
_SENTENCE = re.compile(r"[.!?;:\n]+(?=\s|$)|\n+|[?!]+|\s[-–—]+\s")
_WORD = re.compile(r"b/w|w/o|w/|[^\W_]+(?:['’][^\W_]+)?|[&=]|[\U0001F300-\U0001FAFF\u2600-\u27BF]")


@dataclass(frozen=True, slots=True)
class Text:
    """A cleaned text: its sentences as words, courtesies cut off, and what was left out on the way."""

    plain: str
    sentences: tuple[tuple[str, ...], ...]
    asked: tuple[bool, ...]  # whether a sentence ended in a question mark
    emoji: bool = False


class Cleaner:
    """Cuts texts into words with the shortenings and courtesies of one language content."""

    def __init__(self, short: Mapping[str, str], openers: Iterable[str], closers: Iterable[str]) -> None:
        self._short = {key.lower(): tuple(split(value)) for key, value in short.items()}
        self._openers = {tuple(self.words(phrase)) for phrase in openers}
        self._closers = {tuple(self.words(phrase)) for phrase in closers}
        self._longest = max((len(run) for run in self._openers | self._closers), default=0)

    def words(self, text: str) -> list[str]:
        """Cut a text into lower-case words, shortenings written out."""
        out: list[str] = []
        for word in split(text):
            long = self._short.get(word)
            out += long if long is not None else (word,)
        return out

    def read(self, said: str) -> Text:
        """Clean what was said and cut it into sentences."""
        plain = strip(said)
        sentences: list[tuple[str, ...]] = []
        asked: list[bool] = []
        start = 0
        for end in [*_SENTENCE.finditer(plain), None]:
            piece = plain[start : end.start() if end else len(plain)]
            words = [word for word in self.words(piece) if not _is_emoji(word)]
            if words:
                sentences.append(tuple(words))
                asked.append(bool(end) and "?" in end.group() if end else False)
            start = end.end() if end else start
        trimmed = [self._trim(sentence) for sentence in sentences]
        kept = [at for at, sentence in enumerate(trimmed) if sentence]
        if not kept:  # nothing but courtesies: then they are the message
            return Text(plain, tuple(sentences), tuple(asked), emoji=_has_emoji(said))
        return Text(plain, tuple(trimmed[at] for at in kept), tuple(asked[at] for at in kept), emoji=_has_emoji(said))

    def _trim(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Cut courtesies off both ends."""
        while length := self._match(words, self._openers, front=True):
            words = words[length:]
        while length := self._match(words, self._closers, front=False):
            words = words[:-length]
        return words

    def _match(self, words: tuple[str, ...], runs: set[tuple[str, ...]], *, front: bool) -> int:
        for length in range(min(self._longest, len(words)), 0, -1):
            if (words[:length] if front else words[-length:]) in runs:
                return length
        return 0


def strip(said: str) -> str:
    """Take markup, mentions, code blocks, quotes and control characters out of a text."""
    text = said if len(said) <= HEAD + TAIL else said[:HEAD] + "\n" + said[-TAIL:]
    text = unicodedata.normalize("NFC", text)
    text = html.unescape(_TEAMS.sub(" ", text))
    text = _CODE.sub("\n", text)
    text = _SLACK_LINK.sub(lambda found: found.group(1) or " ", text)
    text = _SLACK_NAME.sub(" ", text)
    text = _EMOJI_NAME.sub(" ", _AT.sub(" ", _URL.sub(" ", text)))
    text = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char != "\n" else char for char in text)
    unquoted = _QUOTED.sub("", text)
    text = unquoted if unquoted.strip() else text.replace(">", " ")
    return text.replace("`", " ").replace("*", " ").replace("~", " ").strip()


def split(text: str) -> list[str]:
    """Cut a text into lower-case words without writing anything out."""
    lowered = text.lower().replace("’", "'")
    return [_word(word)[:LONGEST_WORD] for word in _WORD.findall(lowered)]


def _word(word: str) -> str:
    if word == "&":
        return "and"
    if word == "=":
        return "is"
    return word


def _is_emoji(word: str) -> bool:
    return len(word) == 1 and ord(word) > 0x2000 and not word.isalnum()


def _has_emoji(said: str) -> bool:
    return bool(_EMOJI_NAME.search(said)) or any(_is_emoji(char) for char in said[:HEAD])
