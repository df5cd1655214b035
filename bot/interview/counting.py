"""Numbers in free text: "around 5 hours", "half a year", "we are eight", "4-6".

Must never choose an option: it only finds how much was said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from bot.catalog.reading import ReadingPage
from bot.catalog.script import Number, Question
from bot.interview.phrases import Tokens, flat, left_over, tokens

_Units = Mapping[Tokens, Decimal]
_MOST = Decimal(1_000_000)
_NUDGE = Decimal(1)  # "more than 10" is 11, in hours, people and weeks alike


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that was said, with its unit if it had one, and the words it takes."""

    value: Decimal
    unit: bool
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Spot:
    value: Decimal
    end: int


def count(reading: ReadingPage, number: Number, words: Tokens, *, beside: int = 3) -> Decimal | None:
    """Find the one amount a text names, in the question's own unit; None if there is none or several.

    Up to `beside` other words may stand next to a number with its unit; a bare number must stand alone.
    """
    amounts = _amounts(reading, number, words)
    fillers = flat(reading.fillers)
    with_unit = [amount for amount in amounts if amount.unit]
    if len(with_unit) == 1:
        amount, tolerated = with_unit[0], beside
    elif beside and not with_unit and len(amounts) == 1 and number.bare:
        amount, tolerated = amounts[0], 0
    else:
        return None
    taken = {at for each in amounts for at in range(each.first, each.end)}
    rest = [word for at, word in enumerate(words) if at not in taken and word not in fillers]
    if len(rest) > tolerated or left_over(words, taken, (*reading.question_words, *reading.negations)):
        return None
    return amount.value if amount.value > 0 else None


def counts_other(reading: ReadingPage, asked: Question, others: Iterable[Number], words: Tokens) -> bool:
    """Tell whether a text counts what another question asks for: "half a year" is no number of people.

    What the question's own name holds is no other thing: "5 a week" is a number of hours.
    """
    own = {tokens(unit): factor for unit, factor in asked.number.units.items()} if asked.number else {}
    other = {tokens(unit): factor for number in others for unit, factor in number.units.items()}
    other = {unit: factor for unit, factor in other.items() if unit not in own}
    names = flat(asked.names)
    return any(_other_unit(reading, own, other, names, words, at) for at in range(len(words)))


def _other_unit(
    reading: ReadingPage, own: _Units, other: _Units, names: frozenset[str], words: Tokens, at: int
) -> bool:
    """Tell whether the number here, if any, has the unit of another question; a rate ("a week") is no amount."""
    number = _number(reading, words, at)
    if number is None:
        return False
    article = _is_article(words[at : number.end])
    for gap in (0, 1):
        mine, its = _longest(own, words, number.end + gap), _longest(other, words, number.end + gap)
        if its and (mine is None or its.end > mine.end):
            rate = (article or gap) and names.issuperset(words[number.end : its.end])
            return not rate and not (article and gap)
        if mine:
            return False
    return False


def _amounts(reading: ReadingPage, number: Number, words: Tokens) -> list[Amount]:
    units = {tokens(unit): factor for unit, factor in number.units.items()}
    found: list[Amount] = []
    at = 0
    while at < len(words):
        amount = _amount_at(reading, units, words, at)
        if amount is None:
            at += 1
        else:
            found.append(amount)
            at = amount.end
    return found


def _amount_at(reading: ReadingPage, units: Mapping[Tokens, Decimal], words: Tokens, at: int) -> Amount | None:
    first, sign = _sign(reading, words, at)
    low = _number(reading, words, first)
    if low is None:
        return None
    value, end = low.value, low.end
    if words[end : end + 1] and words[end] in flat(reading.number_joins):
        high = _number(reading, words, end + 1)
        if high and high.value > low.value:
            value, end = (low.value + high.value) / 2, high.end
    for gap in (0, 1):  # "8 backend developers"
        unit = _longest(units, words, end + gap)
        if unit is not None and not (gap and _is_article(words[first:end])):
            return Amount(_leaning(value * unit.value, sign), True, at, unit.end)
    return None if _is_article(words[first:end]) else Amount(_leaning(value, sign), False, at, end)


def _leaning(value: Decimal, sign: Decimal) -> Decimal:
    return max(value + sign, value / 2)


def _sign(reading: ReadingPage, words: Tokens, at: int) -> tuple[int, Decimal]:
    """Find where the number itself begins, and which way it leans."""
    for phrases, nudge in ((reading.more_than, _NUDGE), (reading.less_than, -_NUDGE)):
        for phrase in map(tokens, phrases):
            if words[at : at + len(phrase)] == phrase:
                return at + len(phrase), nudge
    return at, Decimal(0)


def _number(reading: ReadingPage, words: Tokens, at: int) -> _Spot | None:
    if at < len(words) and words[at][0].isdigit():
        try:
            value = Decimal(words[at].replace(",", "."))
        except InvalidOperation:  # digits of a script that Decimal doesn't read
            return None
        return _Spot(min(value, _MOST), at + 1)
    return _longest(_number_words(tuple(reading.numbers.items())), words, at)


@cache
def _number_words(numbers: tuple[tuple[str, Decimal], ...]) -> dict[Tokens, Decimal]:
    return {tokens(name): value for name, value in numbers}


def _longest(table: Mapping[Tokens, Decimal], words: Tokens, at: int) -> _Spot | None:
    for length in range(5, 0, -1):
        piece = words[at : at + length]
        if len(piece) == length and piece in table:
            return _Spot(table[piece], at + length)
    return None


def _is_article(words: Tokens) -> bool:
    return words in (("a",), ("an",))
