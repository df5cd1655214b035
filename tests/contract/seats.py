"""One way to sit down at every adapter: say, press, and see what comes."""

from __future__ import annotations

import asyncio
import getpass
import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from aiohttp import ClientSession, CookieJar
from rich.console import Console

from adapters import server
from adapters.console import app as console_app
from bot.advisor import Advisor, Knowledge
from bot.chat import Place
from bot.conversation import Conversation
from bot.store import Store
from tests.running import Running
from tests.slack.fake import BOT, TEAM, Posted, Slack
from tests.slack.people import Person, labels
from tests.slack.serving import Served, serving
from tests.teams import people as teams_people
from tests.teams import serving as teams_serving
from tests.teams.fake import BEN, CHANNEL, TENANT, Teams
from tests.teams.fake import Posted as TeamsPosted
from tests.teams.people import Person as TeamsPerson
from tests.teams.serving import Served as TeamsServed
from tests.teams.sign import settings

PUBLIC = "https://ops.example.com"
Json = dict[str, Any]


@dataclass
class Shown:
    """What came: its words, what can be pressed, and how many pieces it was."""

    text: str
    labels: list[str]
    pieces: int = 1


class Seat(Protocol):
    """One person in one conversation at one adapter."""

    @property
    def store(self) -> Store[Conversation]:
        """Where everything is kept."""

    @property
    def place(self) -> Place:
        """Where the conversation is kept."""

    async def say(self, text: str, *, plain: bool = False) -> Shown:
        """Say something to the bot; `plain`: as chatter, where that makes a difference."""

    async def start(self) -> Shown:
        """Ask for the roadmap."""

    async def press(self, label: str, *picked: str) -> Shown:
        """Press the newest thing of this label."""

    async def again(self) -> Shown:
        """Deliver the last thing once more, as after an answer that got lost."""

    async def other(self) -> Seat:
        """Somebody else, in the same conversation."""

    async def files(self) -> dict[str, bytes]:
        """Every file that this person, and nobody else, got by the last thing said."""


# The console ------------------------------------------------------------------------------
class ConsoleSeat:
    """Lines typed, a screen read."""

    def __init__(self, advisor: Advisor, store: Store[Conversation], folder: Path) -> None:
        self.store = store
        self.folder = folder
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()
        self._idle = asyncio.Event()
        self._screen = Console(file=StringIO(), width=110, record=True, color_system=None)
        self._seen = ""
        self._talk = asyncio.create_task(
            console_app.talk(advisor, "ana", "main", console=self._screen, folder=folder, read=self._read)
        )

    async def _read(self) -> str:
        self._idle.set()
        line = await self._lines.get()
        if line is None:
            raise EOFError
        return line

    @property
    def place(self) -> Place:
        return Place("console", "local", getpass.getuser(), "main", private=True)

    async def say(self, text: str, *, plain: bool = False) -> Shown:
        await self._idle.wait()
        self._screen.export_text(clear=True)
        self._idle.clear()
        self._lines.put_nowait(text)
        await asyncio.wait_for(self._idle.wait(), 10)
        self._seen = self._screen.export_text(clear=False)
        found = re.findall(r"(?<!\S)\d+ +(?:[◉○] )?(\S.*?)(?=\s{2,}|$)", self._seen, re.MULTILINE)
        return Shown(self._seen, found)

    async def start(self) -> Shown:
        return await self.say("/roadmap")

    async def press(self, label: str, *picked: str) -> Shown:
        numbers = [self._number(each) for each in picked] or [self._number(label)]
        return await self.say(" ".join(numbers))

    def _number(self, label: str) -> str:
        found = re.findall(rf"(?<!\S)(\d+) +(?:[◉○] )?{re.escape(label)}(?=\s|$)", self._seen)
        assert found, f"nothing on screen is called {label}"
        return str(found[-1])

    async def again(self) -> Shown:
        raise NotImplementedError

    async def other(self) -> Seat:
        raise NotImplementedError

    async def files(self) -> dict[str, bytes]:
        found = {path.name: path.read_bytes() for glob in ("roadmap*", "my-data*") for path in self.folder.glob(glob)}
        for name in found:
            (self.folder / name).unlink()
        return found

    async def leave(self) -> None:
        self._lines.put_nowait(None)
        await self._talk


# The web ----------------------------------------------------------------------------------
class WebSeat:
    """Fragments fetched as the page's script does."""

    def __init__(self, url: str, store: Store[Conversation], stack: AsyncExitStack, thread: str) -> None:
        self.store = store
        self._url, self._stack, self._thread = url, stack, thread
        self._session: ClientSession | None = None
        self._last: Json = {}
        self._seen: list[tuple[str, str]] = []
        self._drawn = ""

    @property
    def place(self) -> Place:
        return Place("web", "local", "web", self._thread)

    async def say(self, text: str, *, plain: bool = False) -> Shown:
        self._last = {"id": str(uuid4()), "text": text}
        return await self.again()

    async def again(self) -> Shown:
        if self._session is None:
            jar = CookieJar(unsafe=True)
            self._session = await self._stack.enter_async_context(ClientSession(self._url, cookie_jar=jar))
        async with self._session.post(f"/t/{self._thread}/say", json=self._last) as response:
            assert 200 == response.status
            self._drawn = drawn = await response.text()
        self._seen = re.findall(r'<button[^>]* value="([^"]*)"[^>]*>([^<]*)</button>', drawn) + self._seen
        words = unescape(re.sub(r"<[^>]+>", " ", drawn))
        shown = re.findall(r"<button[^>]*>([^<]*)</button>", drawn)
        return Shown(re.sub(r"\s+", " ", words), [unescape(each) for each in shown])

    async def start(self) -> Shown:
        return await self.say("/roadmap")

    async def press(self, label: str, *picked: str) -> Shown:
        value = next(value for value, shown in self._seen if unescape(shown) == label)
        return await self.say(" ".join([unescape(value), *picked]))

    async def other(self) -> Seat:
        seat = WebSeat(self._url, self.store, self._stack, self._thread)
        seat._seen = list(self._seen)
        return seat

    async def files(self) -> dict[str, bytes]:
        assert self._session is not None
        found: dict[str, bytes] = {}
        async with ClientSession(self._url) as stranger:
            for path in sorted(set(re.findall(r'(?:href|src|srcset)="(/t/[^"?]+/file/[^"?]+)', self._drawn))):
                async with self._session.get(path) as response, stranger.get(path) as refused:
                    assert (200, 404) == (response.status, refused.status)
                    found[path.rpartition("/")[2]] = await response.read()
        return found


# Slack ------------------------------------------------------------------------------------
@dataclass
class SlackSeat:
    """Events, presses and commands delivered as Slack does; what the fake was given read."""

    served: Served
    person: Person
    root: str = ""
    last: list[tuple[str, Json]] = field(default_factory=list)
    screen: list[Posted] = field(default_factory=list)  # as it was first shown: an old window shows old buttons
    posted: list[Posted] = field(default_factory=list)  # by the last thing said

    @property
    def store(self) -> Store[Conversation]:
        return self.served.store

    @property
    def place(self) -> Place:
        return Place("slack", TEAM, "C0OPS", self.root)

    async def say(self, text: str, *, plain: bool = False) -> Shown:
        said = text if plain else f"<@{BOT}> {text}"
        message, events = self.person.say(said, thread=self.root)
        self.root = self.root or message.ts
        return await self._deliver([("event", event) for event in events])

    async def start(self) -> Shown:
        shown = await self._deliver([("command", self.person.command("/roadmap"))])
        self.root = self.served.slack.sent[0].ts
        return shown

    async def press(self, label: str, *picked: str) -> Shown:
        found = [each for each in self.screen if label in labels(each)]
        assert found, f"nothing posted is called {label}"
        return await self._deliver([("interact", self.person.press(found[-1], label, *picked))])

    async def again(self) -> Shown:
        return await self._deliver(self.last, retry=1)

    async def _deliver(self, payloads: list[tuple[str, Json]], retry: int = 0) -> Shown:
        self.last = payloads
        before = len(self.served.slack.sent)
        for kind, payload in payloads:
            if kind == "event":
                assert 200 == await self.served.event(payload, retry=retry)
            elif kind == "interact":
                assert 200 == await self.served.interact(payload)
            else:
                assert 200 == (await self.served.command(payload)).status
        self.posted = posted = (await self.served.settled())[before:]
        self.screen += deepcopy(posted)
        shown = [label for each in posted for label in labels(each)]
        return Shown("\n".join(words(each) for each in posted), shown, len(posted))

    async def other(self) -> Seat:
        return SlackSeat(self.served, Person(self.served.slack, "U0BEN"), self.root, screen=list(self.screen))

    async def files(self) -> dict[str, bytes]:
        slack, shared = self.served.slack, [each for each in self.posted if each.asked.get("files")]
        assert {slack.direct(self.person.id)} >= {each.channel for each in shared}
        found = [slack.files[id_] for each in shared for id_ in each.asked["files"]]
        return {file["name"]: file["data"] for file in found}


def words(message: Posted) -> str:
    """Every word of a message's blocks."""

    def inside(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["text"]] if isinstance(value.get("text"), str) else []
            shown = [each for name, each in value.items() if not name.startswith("initial_")]  # what is ticked, again
            return own + [word for each in shown for word in inside(each)]
        return [word for each in value for word in inside(each)] if isinstance(value, list) else []

    return " ".join(inside(message.blocks)) or message.text


# Teams ------------------------------------------------------------------------------------
@dataclass
class TeamsSeat:
    """Activities delivered as Teams does, signed; what the fake Connector was given read, and what a press answered."""

    served: TeamsServed
    person: TeamsPerson
    root: str = ""
    last: Json = field(default_factory=dict)
    screen: list[TeamsPosted] = field(default_factory=list)  # as it was first shown: an old window shows old buttons
    posted: list[TeamsPosted] = field(default_factory=list)  # by the last thing said

    @property
    def store(self) -> Store[Conversation]:
        return self.served.store

    @property
    def place(self) -> Place:
        return Place("teams", TENANT, CHANNEL, self.root)

    async def say(self, text: str, *, plain: bool = False) -> Shown:
        where = f"{CHANNEL};messageid={self.root}" if self.root else ""
        activity = self.person.say(text, where, mention=not plain)
        self.root = self.root or activity["id"]
        return await self._deliver(activity)

    async def start(self) -> Shown:
        shown = await self._deliver(self.person.slash("roadmap"))
        self.root = self.served.teams.sent[0].id
        return shown

    async def press(self, label: str, *picked: str) -> Shown:
        found = [each for each in self.screen if label in teams_people.labels(each)]
        assert found, f"nothing posted is called {label}"
        return await self._deliver(self.person.press(found[-1], label, *picked))

    async def again(self) -> Shown:
        return await self._deliver(self.last)

    async def _deliver(self, activity: Json) -> Shown:
        self.last = activity
        teams = self.served.teams
        before, changes = len(teams.posted), {each.id: len(each.before) for each in teams.posted}
        answer = await self.served.hear(activity)
        await self.served.settled()
        self.posted = posted = teams.posted[before:]
        changed = [each for each in teams.posted[:before] if len(each.before) > changes[each.id]]
        self.screen += deepcopy([*changed, *posted])
        said = [teams_people.words(each.activity) for each in (*changed, *posted)]
        told = [teams_serving.told(answer)] if answer.text and activity.get("name") == "adaptiveCard/action" else []
        shown = [label for each in (*changed, *posted) for label in teams_people.labels(each)]
        words = sum(bool(each.text) for each in posted)  # the card below them belongs to them
        return Shown("\n".join([*told, *said]), shown, words or len(posted))

    async def other(self) -> Seat:
        return TeamsSeat(self.served, TeamsPerson(self.served.teams, BEN), self.root, screen=list(self.screen))

    async def files(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for each in self.posted:
            attached = each.activity.get("attachments") or []
            pictures = {one["name"]: one["contentUrl"] for one in attached if one["contentType"] == "image/png"}
            found |= {name: b64decode(url.partition(",")[2]) for name, url in pictures.items()}
            links = re.findall(rf'"url": "{PUBLIC}(/take/[^"]+)"', json.dumps(each.cards))
            async with ClientSession(self.served.url) as session:
                for path in links:
                    async with session.get(path) as response:
                        assert 200 == response.status
                        found[path.rpartition("/")[2]] = await response.read()
            alone = self.served.teams.conversations[each.conversation.partition(";")[0]].members == {self.person.id}
            assert alone or not (pictures or links)
        return found


# All of them ------------------------------------------------------------------------------
@asynccontextmanager
async def seat(kind: str, knowledge: Knowledge, database: str) -> AsyncIterator[Any]:
    """Sit down at an adapter: console, web, slack-http, slack-socket or teams."""
    async with AsyncExitStack() as stack:
        if kind.startswith("slack"):
            slack = await stack.enter_async_context(Slack())
            served = await stack.enter_async_context(
                serving(knowledge, database, slack, socket=kind.endswith("socket"))
            )
            yield SlackSeat(served, Person(slack))
            return
        if kind == "teams":
            teams = await stack.enter_async_context(Teams())
            options = settings(teams).model_copy(update={"public_url": PUBLIC})
            serving_teams = teams_serving.serving(knowledge, database, teams, options)
            yield TeamsSeat(await stack.enter_async_context(serving_teams), TeamsPerson(teams))
            return
        store = Store(database, Conversation)
        await store.open()
        stack.push_async_callback(store.close)
        advisor = Advisor(knowledge, store, ask_human="#platform-help")
        if kind == "console":
            console = ConsoleSeat(advisor, store, Path(database.removeprefix("sqlite:///")).parent)
            stack.push_async_callback(console.leave)
            yield console
            return
        running = await Running(server.build(advisor)).up()
        stack.push_async_callback(running.stop)
        yield WebSeat(running.url, store, stack, str(uuid4()))
