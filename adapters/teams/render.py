"""Draw replies as Teams messages: one reply in, one or more activities out. Pure, and knows no SDK.

A plain answer is a message in Markdown with citations and Teams' own thumbs; its follow-up questions stand in a small
card in a message of its own below it. One activity never holds both: Teams makes two messages of it and tells the id of
neither (BotFramework-Services issue 98), so that no thumb would find its answer, and updating such a one is refused.
Suggested actions were refused: Teams shows three at most and none beside a card, takes them away with
the next message of a personal chat, and says them in the person's name, which in a channel reaches no bot without a
mention. A card's button reaches us in every scope, and says what it should. What is to be compared, chosen or
answered (a table, an interview, "did you mean") is one card with everything in it, so that it can be updated in place.

Must never cut silently: what is too long for one message goes on in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeGuard

from adapters.spans import Spans, clean, literal, shorten, words
from adapters.teams import cards, limits
from adapters.teams.cards import Press
from adapters.teams.limits import weigh
from adapters.teams.words import Person, address, at, cut, link, markdown, spans
from adapters.wire import Json
from bot.chat import Block, Bullets, Button, Buttons, Choices, File, Links, Note, Reply, Table, Text
from bot.commands import Give, Move, NoneOfThese, parse
from bot.markup import Span

__all__ = ["Person", "card", "feedback", "is_card", "is_question", "render", "settled"]

MESSAGE: Final = "https://schema.org/Message"


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of a message, or elements of its card that belong together. `tight`: no empty line before it."""

    line: str = ""
    tight: bool = False
    elements: tuple[Json, ...] = ()
    entities: tuple[Json, ...] = ()
    cited: tuple[Json, ...] = ()


# What the delivery calls ------------------------------------------------------------------
def render(
    reply: Reply,
    *,
    mentions: Mapping[str, Person] | None = None,
    nonce: str = "",
    hint: str = "",
    as_card: bool = False,
) -> list[Json]:
    """Draw a reply as activities without routing fields, to be sent in order; an empty reply gives none.

    `mentions` are the handles that may really call somebody; any other stays a word. `nonce` goes into every button.
    `hint` (Markdown) is said below an interview's question: that typed words need a mention here. `as_card`: whatever
    it is, since it takes the place of a card.
    """
    press, people, whole = Press(nonce), mentions or {}, as_card or is_card(reply)
    pieces = _card(reply, press, hint, people) if whole else _message(reply, press, people)
    held = list(_packed(list(pieces)))
    judged = max((number for number, each in enumerate(held) if whole or each[0].line), default=0)
    return [_activity(each, reply, judged=number == judged) for number, each in enumerate(held)]


def card(reply: Reply, *, nonce: str = "", hint: str = "") -> Json:
    """Draw any reply as one Adaptive Card, for an invoke's answer.

    A reply too long for one card gives its beginning: `render` has the rest.
    """
    elements = next(_packed(list(_card(reply, Press(nonce), hint, {}))), [])
    return cards.adaptive([each for piece in elements for each in piece.elements])


def settled(said: str, reply: Reply | None = None) -> Json:
    """Draw what an answered or replaced card becomes: its words without anything to press, and `said` (Markdown)."""
    kept = [each for each in (reply.blocks if reply else ()) if not isinstance(each, Buttons | Choices)]
    done = Reply((*kept, Note(said)), reply.title if reply else "")
    drawn = card(replace(done, blocks=done.blocks))
    if weigh(drawn) > limits.CONTENT or not drawn["body"]:
        drawn = card(Reply((Note(said or "✓"),)))
    return {"type": "message", "summary": _summary(words(said)), "attachments": [_attached(drawn)]}


def is_card(reply: Reply) -> bool:
    """Tell whether a reply is drawn as one card: a comparison, a step of the interview, or a choice of what to press.

    Not so an answer, whose words hold citations; nor what calls somebody, which only words do.
    """
    if any(isinstance(block, Table | Choices) for block in reply.blocks):
        return True
    if any(isinstance(parse(button.says), Move | NoneOfThese) for button in _buttons(reply)):
        return True
    return bool(_buttons(reply)) and not feedback(reply) and not any(_called(reply))


def is_question(reply: Reply) -> bool:
    """Tell whether a reply is an interview's open question."""
    return any(isinstance(block, Choices) for block in reply.blocks) or any(
        isinstance(parse(button.says), Give) for button in _buttons(reply)
    )


def feedback(reply: Reply) -> str:
    """Find the reference of the answer that Teams' own thumbs judge; "" where they aren't shown."""
    groups = [cards.judged(block.items) for block in reply.blocks if isinstance(block, Buttons)]
    return next((ref for ref in groups if ref), "")


def _buttons(reply: Reply) -> list[Button]:
    return [button for block in reply.blocks if isinstance(block, Buttons) for button in block.items]


# A card -----------------------------------------------------------------------------------
def _card(reply: Reply, press: Press, hint: str, people: Mapping[str, Person]) -> Iterator[Piece]:
    """Draw everything as elements; whom it calls is said above the card, since only there a mention notifies."""
    called = {handle: people[handle] for handle in _called(reply) if handle in people}
    if called:
        drawn = " ".join(map(at, called.values()))
        yield Piece(drawn, entities=tuple(_mention(each) for each in called.values()))
    title = " ".join(clean(reply.title).split())
    question = is_question(reply)
    if title:
        yield Piece(elements=tuple(cards.eyebrow(title) if question else cards.heading(title)))
    asks = next((number for number, block in enumerate(reply.blocks) if isinstance(block, Text)), 0)
    for number, block in enumerate(reply.blocks):
        if question and number == asks and isinstance(block, Text):
            yield from _each(cards.asked(block.markdown))
        else:
            # What stands above the answers may invite typed words; with a hint only that says how they are heard.
            told = replace(block, label="") if hint and _answers(block) else block
            yield from _grouped(told, cards.block(told, press))
    if question and hint:
        yield from _each(cards.note(spans(hint)))


def _answers(block: Block) -> TypeGuard[Buttons]:
    return isinstance(block, Buttons) and any(isinstance(parse(button.says), Give) for button in block.items)


def _grouped(block: Block, elements: Sequence[Json]) -> Iterator[Piece]:
    """Keep what is pressed with the line that names it."""
    if isinstance(block, Buttons | Choices) and weigh(elements) <= limits.CONTENT // 2:
        yield Piece(elements=tuple(elements))
    else:
        yield from _each(elements)


def _each(elements: Sequence[Json]) -> Iterator[Piece]:
    for element in elements:
        yield Piece(elements=(element,))


def _called(reply: Reply) -> Iterator[str]:
    for block in reply.blocks:
        if isinstance(block, Text):
            yield from (each for each in block.mentions if each and each in block.markdown)


# A message --------------------------------------------------------------------------------
def _message(reply: Reply, press: Press, people: Mapping[str, Person]) -> Iterator[Piece]:
    cited: dict[str, int] = {}
    if clean(reply.title).strip():
        yield from _lines(literal(" ".join(reply.title.split()), bold=True))
    for block in reply.blocks:
        match block:
            case Text(text):
                yield from _said(text, {each: people[each] for each in block.mentions if each in people})
            case Note(text):
                yield from _sources(text, cited)
            case Bullets(items, ordered):
                yield from _bullets([spans(item) for item in items], ordered=ordered)
            case Links(links):
                yield from _bullets([link(each.label, each.url) for each in links])
            case File(alt=alt) if block.pictured:
                yield from _lines(literal(alt))
            case _:
                yield from _grouped(block, cards.block(block, press))


def _lines(found: Spans) -> Iterator[Piece]:
    for part in cut(found, limits.PART):
        yield Piece(markdown(part))


def _said(text: str, people: Mapping[str, Person]) -> Iterator[Piece]:
    left = dict(people)
    for part in cut(spans(text), limits.PART):
        drawn = markdown(part, left)
        met = [handle for handle, person in left.items() if at(person) in drawn]
        yield Piece(drawn, entities=tuple(_mention(left.pop(handle)) for handle in met))


def _mention(person: Person) -> Json:
    return {"type": "mention", "text": at(person), "mentioned": {"id": person.id, "name": person.name}}


def _bullets(items: Sequence[Spans], *, ordered: bool = False) -> Iterator[Piece]:
    tight = False
    for number, item in enumerate(items, 1):
        for nth, part in enumerate(cut(item, limits.PART)):
            mark = "" if nth else f"{number}. " if ordered else "- "
            yield Piece(mark + markdown(part).replace("  \n", " "), tight=tight and not nth)
            tight = True


# Sources ----------------------------------------------------------------------------------
def _sources(text: str, cited: dict[str, int]) -> Iterator[Piece]:
    """Draw small print; each address in it is also cited, by a number behind it that shows where it leads."""
    found = spans(text)
    kept = _after_links(found)
    for part in cut(found, limits.PART):
        numbers: dict[int, int] = {}
        claims: list[Json] = []
        for nth, span in enumerate(part):
            ends = nth + 1 == len(part) or part[nth + 1].url != span.url
            if not ends or not _citable(span, cited):
                continue
            claim = _claim(len(cited) + 1, span, kept)
            if weigh([*claims, claim]) <= limits.CITED:
                cited[span.url] = numbers[nth] = len(cited) + 1
                claims.append(claim)
        yield Piece(markdown(part, cited=numbers), cited=tuple(claims))


def _citable(span: Span, cited: Mapping[str, int]) -> bool:
    fits = 0 < len(address(span.url)) <= limits.CITED_URL and len(cited) < limits.CITATIONS
    return fits and span.url not in cited and bool(span.text.strip())


def _after_links(found: Spans) -> str:
    """Take what small print says after its last address: who keeps the answer and when it was last read."""
    last = max((number for number, span in enumerate(found) if span.url), default=-1)
    return "".join(span.text for span in found[last + 1 :]).strip(" ·,\n")


def _claim(position: int, span: Span, kept: str) -> Json:
    name = shorten(" ".join(span.text.split()), limits.CITED_NAME)
    looks = {
        "@type": "DigitalDocument",
        "name": name,
        "url": address(span.url),
        "abstract": shorten(kept, limits.CITED_ABSTRACT) or name,
    }
    return {"@type": "Claim", "position": position, "appearance": looks}


# Messages ---------------------------------------------------------------------------------
def _packed(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Spread pieces over messages: within the size, in order, words apart from cards, and together if they can be."""
    held: list[Piece] = []
    used = 0
    for piece in (part for each in pieces for part in _split(each) if part.line or part.elements):
        more = _weight(piece)
        other = bool(held) and bool(piece.line) != bool(held[0].line)
        cited = weigh([claim for each in (*held, piece) for claim in each.cited]) > limits.CITED
        if held and (used + more > limits.CONTENT or other or (piece.cited and cited)):
            yield held
            held, used = [], 0
        held.append(piece)
        used += more
    if held:
        yield held


def _split(piece: Piece) -> Iterator[Piece]:
    if _weight(piece) <= limits.CONTENT or not piece.elements:
        yield piece
    else:
        yield from _each(piece.elements)


def _weight(piece: Piece) -> int:
    return weigh(piece.line) + weigh(piece.elements) + weigh(piece.entities)


def _activity(pieces: Sequence[Piece], reply: Reply, *, judged: bool) -> Json:
    text = ""
    for piece in pieces:
        if piece.line:
            text += ("\n" if piece.tight else "\n\n") * bool(text) + piece.line
    elements = [element for piece in pieces for element in piece.elements]
    drawn: Json = {"type": "message"}
    if text:
        drawn |= {"text": text, "textFormat": "markdown"}
    drawn["summary"] = _summary(_gist(reply))
    entities = [entity for piece in pieces for entity in piece.entities]
    claims = [claim for piece in pieces for claim in piece.cited]
    if claims:
        entities.append({"type": MESSAGE, "@type": "Message", "@context": "https://schema.org", "citation": claims})
    if entities:
        drawn["entities"] = entities
    if elements:
        drawn["attachments"] = [cards.attachment(elements)]
    if judged and feedback(reply):
        drawn["channelData"] = {"feedbackLoop": {"type": "default"}}
    return drawn


def _attached(drawn: Json) -> Json:
    return {"contentType": cards.TYPE, "content": drawn}


def _gist(reply: Reply) -> str:
    """Take what a notification can show of a reply: its title, and its first words."""
    said = (text for text in map(_first_words, reply.blocks) if text.strip())
    return " · ".join(each for each in (reply.title, next(said, "")) if each.strip())


def _first_words(block: Block) -> str:
    match block:
        case Text(text) | Note(text):
            return words(text)
        case Bullets(items):
            return " ".join(map(words, items))
        case Links(links):
            return ", ".join(each.label for each in links)
        case Table(columns, rows, title):
            return title or " ".join(map(words, (*columns, *(rows[0] if rows else ()))))
        case Buttons(found, label):
            return " ".join((label, *(each.label for each in found)))
        case Choices(label):
            return label
        case File(alt=alt):
            return alt


def _summary(text: str) -> str:
    """Write what a notification shows: plain words."""
    return shorten(" ".join(clean(text).split()), limits.SUMMARY) or "…"
