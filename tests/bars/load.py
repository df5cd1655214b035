"""Load held (`make load`): signed Slack events and signed Teams activities against the server as it is started.

Server, sender of the load and both fake platforms share this machine's cores. What counts gates: nothing lost, no
error, CPU a turn. Walls are told and gate too, but only mean something on a machine that does nothing else.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, TCPConnector
from sqlalchemy import create_engine

from bot.store import tables
from tests.bars import prefilled, wire
from tests.bars.bar import Bar, Figure
from tests.bars.database import postgres
from tests.bars.wire import Run, Turn, p99
from tests.running import Started, started
from tests.slack.fake import Slack
from tests.teams.fake import Teams

PACE, SECONDS, PEOPLE = 100, 20, 200
SLACK_ACK, TEAMS_ACK, REPLY = 150.0, 200.0, 500.0  # ms, 99th percentile
CPU, HELD = 5.0, 50.0  # ms a turn; ms the loop is held
HURRY, OVER = 5 * PACE, 8  # turns a second, seconds


@dataclass
class Stage:
    """Both platforms' fakes and the servers between."""

    slack: Slack
    teams: Teams
    servers: list[Started]
    session: ClientSession

    @property
    def urls(self) -> list[str]:
        """Where they serve."""
        return [each.url for each in self.servers]

    def used(self) -> float:
        """Tell the seconds of CPU they have used."""
        return sum(wire.cpu(each.process.pid) for each in self.servers)

    async def play(self, turns: list[Turn], pace: float, patience: float = 20) -> Run:
        """Send the turns at a pace, wait for their replies."""
        sending = asyncio.create_task(wire.drive(self.session, self.urls, turns, pace, self.teams.token()))
        begun = time.perf_counter()

        watching = asyncio.create_task(self._watch(turns, begun))
        clock = await sending
        until = clock() + patience
        run = Run(turns)
        while run.lost() and clock() < until:
            await asyncio.sleep(0.02)
        watching.cancel()
        return run

    async def _watch(self, turns: Sequence[Turn], begun: float) -> None:
        """Note when the first reply to each turn reaches its platform."""
        waiting = {turn.key: turn for turn in turns}
        seen = [len(self.slack.posted), len(self.teams.posted)]
        while True:
            news = [each.thread_ts or each.channel for each in self.slack.posted[seen[0] :] if each.by_bot]
            news += [each.conversation for each in self.teams.posted[seen[1] :]]
            seen = [len(self.slack.posted), len(self.teams.posted)]
            for key in news:
                turn = waiting.pop(key, None)
                if turn is not None:
                    turn.replied = time.perf_counter() - begun
            await asyncio.sleep(0.003)

    async def held(self) -> float:
        """Tell the longest a loop was held, in ms, as the servers say it themselves."""
        longest = 0.0
        for url in self.urls:
            async with self.session.get(url + "/metrics") as answer:
                found = re.search(r"^whichops_loop_held_seconds_max (\S+)$", await answer.text(), re.MULTILINE)
            longest = max(longest, float(found[1]) * 1000 if found else float("inf"))
        return longest


@asynccontextmanager
async def stage(folder: Path, *, replicas: int = 1, database: str = "") -> AsyncIterator[Stage]:
    """Start the servers, Slack and Teams switched on, and both platforms."""
    async with AsyncExitStack() as stack:
        slack, teams = await stack.enter_async_context(Slack()), await stack.enter_async_context(Teams())
        teams.pace = 0
        ours = wire.settings(slack) | teams.settings
        if database:
            ours["WHICHOPS_DATABASE_URL"] = database
        servers = [
            await stack.enter_async_context(started(folder, ours, "-m", "tests.teams.alone")) for _ in range(replicas)
        ]
        session = await stack.enter_async_context(ClientSession(connector=TCPConnector(limit=0)))
        yield Stage(slack, teams, servers, session)


async def warm(on: Stage) -> None:
    """Let everything be loaded that is loaded once: keys, tokens, statements."""
    turns = wire.slack_turns(on.slack, 20, 20) + wire.teams_turns(on.teams, 20, 20)
    await on.play(turns, 40)


def judged(run: Run, ack: float) -> Figure:
    """Hold a run at a steady pace against the bar."""
    bad = [turn.status for turn in run.turns if turn.status != 200]
    acks, replies = p99(run.acks()), p99(run.replies())
    said = (
        f"{len(run.turns)} turns, {len(bad)} refused, {run.lost()} lost, ack p99 {acks:.0f} ms, reply {replies:.0f} ms"
    )
    return Figure(said, not bad and not run.lost() and acks < ack and replies < REPLY)


async def l1(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        return judged(await on.play(wire.slack_turns(on.slack, PACE * SECONDS, PEOPLE), PACE), SLACK_ACK)


async def l2(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        return judged(await on.play(wire.teams_turns(on.teams, PACE * SECONDS, PEOPLE), PACE), TEAMS_ACK)


def mixed(on: Stage, number: int, people: int = PEOPLE) -> list[Turn]:
    """Take turns of both platforms, one of each."""
    halves = wire.slack_turns(on.slack, number // 2, people), wire.teams_turns(on.teams, number // 2, people)
    return [turn for pair in zip(*halves, strict=True) for turn in pair]


async def l3(folder: Path) -> Figure:
    with postgres() as database:
        async with stage(folder, replicas=2, database=database.url) as on:
            await warm(on)
            return judged(await on.play(mixed(on, PACE * SECONDS), PACE), TEAMS_ACK)


async def l4(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        spent = []
        for turns in (wire.slack_turns(on.slack, 1000, PEOPLE), wire.teams_turns(on.teams, 1000, PEOPLE)):
            before = on.used()
            await on.play(turns, PACE)
            spent.append((on.used() - before) / len(turns) * 1000)
    return Figure(f"Slack {spent[0]:.1f}, Teams {spent[1]:.1f} ms CPU a turn, all in", max(spent) <= CPU)


async def l5(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        await on.play(mixed(on, PACE * 10), PACE)
        longest = await on.held()
    return Figure(f"loop held at most {longest:.0f} ms", longest <= HELD)


async def l6(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        rush = await on.play(wire.slack_turns(on.slack, HURRY * OVER, HURRY * OVER), HURRY)
        other = [turn.status for turn in rush.turns if turn.status not in (200, 503)]
        slowest = max(turn.acked - turn.due for turn in rush.turns)
        after = await on.play(wire.slack_turns(on.slack, PACE * 5, PEOPLE), PACE)
        calm = judged(after, SLACK_ACK)
    refused = sum(turn.status == 503 for turn in rush.turns)
    said = (
        f"{len(rush.turns)} turns, {refused} sent away, {len(other)} errors, {rush.lost()} lost, slowest answer "
        f"{slowest:.1f} s; the 5 s after: {calm.said}"
    )
    return Figure(said, not other and not rush.lost() and slowest < 3 and calm.held)


async def l7(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        sizes, lost = [], 0
        for number in (5_000, 15_000):
            run = await on.play(wire.slack_turns(on.slack, number, number), 400, patience=40)
            lost += run.lost()
            sizes.append(wire.memory(on.servers[0].process.pid))
            on.slack.posted.clear()
    grown = sizes[1] - sizes[0]
    said = f"{sizes[0]:.0f} MB after 5,000 turns, {sizes[1]:.0f} after 20,000: {grown:+.0f} MB; {lost} lost"
    return Figure(said, grown < 10 and sizes[1] <= 200 and not lost)


async def l8(folder: Path) -> Figure:
    url = f"sqlite:///{folder}/talk.db"
    await prefilled.fill(url, conversations=5_000, taken=100_000)
    async with stage(folder) as on:
        await warm(on)
        figure = judged(await on.play(wire.slack_turns(on.slack, PACE * 10, PEOPLE), PACE), SLACK_ACK)
    engine = create_engine(url)
    with engine.connect() as connection:
        old = connection.execute(tables.inbox.select().where(tables.inbox.c.at < prefilled.LONG_AGO + 1)).fetchmany(1)
    engine.dispose()
    return Figure(f"{figure.said}; old rows {'left' if old else 'swept meanwhile'}", figure.held and not old)


async def l9(folder: Path) -> Figure:
    took = []
    for _ in range(3):
        begun = time.perf_counter()
        async with started(folder, {}, "-m", "bot", "serve") as server, ClientSession() as session:
            while True:
                async with session.get(server.url + "/ready") as answer:
                    if answer.status == 200:
                        break
                await asyncio.sleep(0.01)
            took.append(time.perf_counter() - begun)
    return Figure(f"{min(took):.1f} s, {max(took):.1f} s the slowest of {len(took)}", min(took) <= 2)


BARS = (
    Bar(
        "L1", "100 Slack turns a second for 20 s, SQLite", "none lost or refused, ack p99 < 150 ms, reply < 500 ms", l1
    ),
    Bar(
        "L2", "100 Teams turns a second for 20 s, SQLite", "none lost or refused, ack p99 < 200 ms, reply < 500 ms", l2
    ),
    Bar("L3", "both at once, two replicas, PostgreSQL", "none lost or refused, ack p99 < 200 ms, reply < 500 ms", l3),
    Bar("L4", "CPU", "at most 5 ms a turn, all in", l4),
    Bar("L5", "the event loop at 100 turns a second", "never held over 50 ms", l5),
    Bar("L6", "500 turns a second for 8 s", "200 or 503 within 3 s, none taken is lost, well again in 5 s", l6),
    Bar("L7", "memory", "under 10 MB more from turn 5,000 to 20,000; at most 200 MB", l7),
    Bar("L8", "5,000 conversations and 100,000 old rows to sweep", "as L1 while they are swept", l8),
    Bar("L9", "from start to ready, weights kept", "at most 2 s", l9),
)
