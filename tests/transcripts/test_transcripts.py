"""One transcript, four renderers: the same conversations at the console, the web, Slack and Teams say the same.

What each place shows is compared, word for word, with what the core said; what differs is in `degradation.yaml`, and
nothing is in there that never happens.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.advisor import Advisor, Knowledge
from bot.catalog.schema import Catalog
from bot.chat import Message, Place, Reply
from bot.conversation import Conversation
from bot.store import Store
from tests.contract.seats import ConsoleSeat, Seat, Shown, TeamsSeat, seat
from tests.talk import buttons, choices
from tests.teams import people as teams_people
from tests.teams import serving as teams_serving
from tests.transcripts.reading import PLACES, Reader, Transcript, Turn, differences, table, tokens, transcripts

SEATS = {"console": "console", "web": "web", "slack": "slack-http", "teams": "teams"}
CONVERSATIONS = {each.name: each for each in transcripts()}
EARLIER = "Buttons of earlier replies"  # these rows are about what can be done, not about words
CALLING = "Calling a colleague"
WIDE = 4_000  # columns of a terminal where no line is broken


# The core, which says what is to be shown -------------------------------------------------
class Core:
    """The same conversation without a place to chat: what is said, and what pressing says."""

    def __init__(self, advisor: Advisor, place: Place) -> None:
        self._advisor, self._place = advisor, place
        self._says: dict[str, str] = {}
        self._ids: dict[str, str] = {}

    def offers(self, turn: Turn) -> bool:
        """Tell whether that can be pressed."""
        return bool(turn.say) or turn.press in self._says

    def text(self, turn: Turn) -> str:
        """What a turn comes to, typed."""
        return turn.say or " ".join([self._says[turn.press], *self.ids(turn)])

    async def take(self, turn: Turn) -> tuple[Reply, ...]:
        """Take a turn."""
        text = self.text(turn)
        said = await self._advisor.handle(Message(str(uuid4()), self._place, "ana", text, True, datetime.now(UTC)))
        self._says |= {button.label: button.says for button in buttons(said)}
        if (several := choices(said)) is not None:
            self._says[several.confirm] = several.says
            self._ids = {option.label: option.id for option in several.options}
        return said

    def ids(self, turn: Turn) -> list[str]:
        """What the boxes ticked stand for."""
        return [self._ids[label] for label in turn.pick]


# The places -------------------------------------------------------------------------------
class TeamsReader(TeamsSeat):
    """Reads Teams as a person does: what a press is answered, else what is new; and not a card twice."""

    async def _deliver(self, activity: dict[str, Any]) -> Shown:
        teams = self.served.teams
        before, changes = len(teams.posted), {each.id: len(each.before) for each in teams.posted}
        answer = await self.served.hear(activity)
        await self.served.settled()
        changed = [each for each in teams.posted[:before] if len(each.before) > changes[each.id]]
        self.screen += deepcopy([*changed, *teams.posted[before:]])
        pressed = activity.get("name") == "adaptiveCard/action"
        told = [teams_serving.told(answer)] if pressed and answer.json["value"] else []
        return Shown("\n".join([*told, *(teams_people.words(each.activity) for each in teams.posted[before:])]), [])

    async def judge(self, *, like: bool) -> Shown:
        """Press a thumb below the newest answer."""
        found = [each for each in self.served.teams.sent if "feedbackLoop" in each.activity.get("channelData", {})]
        return await self._deliver(self.person.judge(found[-1], like=like))


@asynccontextmanager
async def sitting(place: str, knowledge: Knowledge, database: str) -> AsyncIterator[Any]:
    """Sit down where every word is seen whole."""
    async with seat(SEATS[place], knowledge, database) as here:
        if isinstance(here, ConsoleSeat):
            here._screen.width = WIDE
        yield TeamsReader(here.served, here.person) if isinstance(here, TeamsSeat) else here


async def act(here: Seat, reader: Reader, catalog: Catalog, turn: Turn, ids: list[str], typed: str) -> Shown:
    """Take a turn as people do there; `typed` is what it comes to, typed."""
    thumbs = {catalog.replies["helpful"]: True, catalog.replies["not-helpful"]: False}
    if turn.say == "/roadmap":
        return await here.start()
    if turn.say:
        return await here.say(turn.say)
    if isinstance(here, TeamsReader) and turn.press in thumbs:
        return await here.judge(like=thumbs[turn.press])
    if isinstance(here, ConsoleSeat):
        return await numbered(here, reader, turn, typed)
    return await here.press(turn.press, *ids)


async def numbered(here: ConsoleSeat, reader: Reader, turn: Turn, typed: str) -> Shown:
    """Type numbers; what has none any more is typed whole."""
    try:
        return await here.press(turn.press, *turn.pick)
    except AssertionError:
        reader.note(EARLIER)
        return await here.say(typed)


def of(knowledge: Knowledge, transcript: Transcript) -> Knowledge:
    """The knowledge with the experts a conversation needs."""
    catalog = knowledge.catalog
    channels = catalog.channels.model_copy(update={"experts": transcript.experts})
    return Knowledge(catalog.model_copy(update={"channels": channels}), knowledge.matcher)


async def run(transcript: Transcript, place: str, knowledge: Knowledge, folder: Path) -> Reader:
    """Hold a conversation twice, at a place and without one; what is shown must be what is said."""
    ours, store = of(knowledge, transcript), Store(f"sqlite:///{folder}/core.db", Conversation)
    await store.open()
    reader = Reader(place, ours.catalog)
    try:
        async with sitting(place, ours, f"sqlite:///{folder}/place.db") as here:
            where = Place("core", "local", "main", "1", private=place == "console")
            core = Core(Advisor(ours, store, ask_human="#platform-help"), where)
            for number, turn in enumerate(transcript.turns):
                if not core.offers(turn) and where.private:
                    reader.note(CALLING)
                    continue
                typed = core.text(turn)
                said = await core.take(turn)
                shown = await act(here, reader, ours.catalog, turn, core.ids(turn), typed)
                assert ([], "") == reader.compare(said, shown.text), (number, turn)
                heard = tokens("\n".join(reply.plain for reply in said))
                assert [] == [each for each in turn.hear if tokens(each) not in heard], (number, heard)
    finally:
        await store.close()
    return reader


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_every_place_says_what_was_said(name: str, place: str, knowledge: Knowledge, tmp_path: Path) -> None:
    await run(CONVERSATIONS[name], place, knowledge, tmp_path)


async def test_the_table_declares_nothing_that_never_happens(knowledge: Knowledge, tmp_path: Path) -> None:
    seen: set[tuple[str, str]] = set()
    for place in PLACES:
        for name, transcript in CONVERSATIONS.items():
            folder = tmp_path / f"{place}-{name}"
            folder.mkdir()
            seen |= (await run(transcript, place, knowledge, folder)).used
    declared = {(row.what, place) for row in differences() for place in row.allowed}
    assert declared | {(EARLIER, "console"), (CALLING, "console")} == seen


def test_the_readme_has_the_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert table() == readme.split("<!-- places -->")[1].split("<!-- /places -->")[0].strip().splitlines()
