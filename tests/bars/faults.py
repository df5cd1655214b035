"""Faults survived (`make faults`): kills, crashes, a database or a platform that fails, a rush to stop."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import time
from pathlib import Path

from tests.bars import interviews, wire
from tests.bars.bar import Bar, Figure, held_by
from tests.bars.database import Postgres, postgres
from tests.bars.interviews import Servers, Told
from tests.bars.load import Stage, stage, warm
from tests.slack.fake import Broken, Fault, Hang, RateLimited, Slack
from tests.slack.people import Person
from tests.slack.sign import Door

PEOPLE = 40


# Killed -----------------------------------------------------------------------------------
def _counted(told: Told, kills: int) -> Figure:
    wanted = PEOPLE * len(interviews.SAYS)
    said = (
        f"{told.acknowledged} of {wanted} acknowledged ({told.refused} tries in vain), {kills} kills: "
        f"{told.missing} replies missing, {told.disordered} out of order, {told.doubled} there twice"
    )
    whole = told.acknowledged == wanted and not told.missing and not told.disordered
    return Figure(said, whole and told.doubled <= kills)


async def f1(folder: Path) -> Figure:
    async with Slack() as slack, interviews.servers(folder, slack) as at:

        async def kill() -> None:
            for _ in range(20):
                await asyncio.sleep(random.uniform(0.3, 0.9))
                await at.kill(0)

        told = await interviews.hold(slack, at, PEOPLE, kill)
        kills = at.kills
    with sqlite3.connect(folder / "talk.db") as connection:
        (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
    figure = _counted(told, kills)
    return Figure(f"{figure.said}; the file is {sound}", figure.held and sound == "ok")


async def f2(folder: Path) -> Figure:
    with postgres() as database:
        async with Slack() as slack, interviews.servers(folder, slack, 2, database.url) as at:

            async def kill() -> None:
                await asyncio.gather(_kills(at), _crashes(database))

            told = await interviews.hold(slack, at, PEOPLE, kill)
            kills = at.kills + database.crashes
    return _counted(told, kills)


async def _kills(at: Servers) -> None:
    for number in range(15):
        await asyncio.sleep(random.uniform(0.3, 0.9))
        await at.kill(number % 2)


async def _crashes(database: Postgres) -> None:
    for _ in range(2):
        await asyncio.sleep(9)
        await asyncio.to_thread(database.crash)


# Twice, and at once -----------------------------------------------------------------------
async def f3(folder: Path) -> Figure:
    number = 2_000
    with postgres() as database:
        async with stage(folder, replicas=2, database=database.url) as on:
            await warm(on)
            bodies = [turn.body for turn in wire.slack_turns(on.slack, number, number)]
            before = len(on.slack.sent)
            odd = await _each_four_times(on, bodies)
            until = time.monotonic() + 30
            while len(on.slack.sent) - before < number and time.monotonic() < until:
                await asyncio.sleep(0.05)
            await asyncio.sleep(1.0)
            effects = len(on.slack.sent) - before
    said = f"{number} events, each to both replicas at once and again: {effects} answers, {odd} odd statuses"
    return Figure(said, effects == number and not odd)


async def _each_four_times(on: Stage, bodies: list[str]) -> int:
    """Deliver every event to both at once, and once more to both; how many were answered with anything but 200."""
    doors = [Door(on.session, url) for url in on.urls]
    left, odd = iter(bodies), 0

    async def deliver() -> None:
        nonlocal odd
        for body in left:
            for retry in ("0", "1"):
                headers = {"X-Slack-Retry-Num": retry} if retry != "0" else {}
                told = await asyncio.gather(*(door.send(body, "application/json", headers) for door in doors))
                odd += sum(each.status != 200 for each in told)

    await asyncio.gather(*(deliver() for _ in range(12)))
    return odd


async def f4(folder: Path) -> Figure:
    number = 400
    with postgres() as database:
        async with stage(folder, replicas=2, database=database.url) as on:
            await warm(on)
            doors = [Door(on.session, url) for url in on.urls]
            people = [Person(on.slack, f"U0R{n:03}") for n in range(number)]
            for begun in range(0, number, 20):
                some = people[begun : begun + 20]
                await asyncio.gather(*(_say(doors[0], each, "/roadmap") for each in some))
                both = ("/answer role developer", "/answer role ops-sre")
                await asyncio.gather(
                    *(_say(d, each, text) for each in some for d, text in zip(doors, both, strict=True))
                )
                await asyncio.gather(*(_say(doors[1], each, "/answer goal cost") for each in some))
            until = time.monotonic() + 30
            while time.monotonic() < until and any(len(interviews.read_by(on.slack, each)) < 7 for each in people):
                await asyncio.sleep(0.1)
            read = [interviews.read_by(on.slack, each) for each in people]
    third = sum(any("3 of 7" in text for text in texts) for texts in read)
    second = [sum("2 of 7" in text for text in texts) for texts in read]
    said = f"{number} people: {third} reached the third question, at most {max(second)} second questions"
    return Figure(said, third == number)


async def _say(door: Door, person: Person, text: str) -> None:
    answer = await door.event(person.direct(text)[1][0])
    if answer.status != 200:
        raise RuntimeError(f"{text}: {answer.status}")


# The platform -----------------------------------------------------------------------------
async def f7(folder: Path) -> Figure:
    number, chance = 400, random.Random(7)
    troubles: list[Fault | None] = []
    for _ in range(3 * number):
        dice = chance.random()
        kinds: list[tuple[float, Fault]] = [
            (0.10, RateLimited(1)),
            (0.20, Broken(chance.choice((500, 502, 503)))),
            (0.22, Hang(15)),
            (0.24, Broken(500, done=True)),
        ]
        troubles.append(next((fault for most, fault in kinds if dice < most), None))
    async with stage(folder) as on:
        await warm(on)
        on.slack._faults["chat.postMessage"].extend(troubles)  # type: ignore[arg-type]
        run = await on.play(wire.direct_turns(on.slack, number), 50, patience=70)
        posted = [each.channel for each in on.slack.sent if each.channel.startswith("D")]
    hung = sum(isinstance(each, Hang) for each in troubles[: number + 100])  # these come through after we gave up
    doubles = len(posted) - len(set(posted))
    kinds_ = "10 % 429, 10 % 5xx, 2 % hangs, 2 % posted but 500"
    said = f"{number} turns through {kinds_}: {run.lost()} lost, {doubles} there twice ({hung} hangs)"
    return Figure(said, not run.lost() and doubles <= hung)


# Asked to stop ----------------------------------------------------------------------------
async def f10(folder: Path) -> Figure:
    async with stage(folder) as on:
        await warm(on)
        turns = wire.slack_turns(on.slack, 400, 200)
        sending = asyncio.create_task(on.play(turns, 100, patience=1))
        await asyncio.sleep(2)
        begun = time.perf_counter()
        code = await on.servers[0].end(signal.SIGTERM)
        took = time.perf_counter() - begun
        run = await sending
        slack = on.slack
        threads = {each.thread_ts for each in slack.sent}
        async with interviews.servers(folder, slack):
            until = time.monotonic() + 15
            taken = {turn.key for turn in run.taken()}
            while taken - threads and time.monotonic() < until:
                await asyncio.sleep(0.1)
                threads = {each.thread_ts for each in slack.sent}
    lost = len(taken - threads)
    said = (
        f"SIGTERM at 100 turns a second: gone in {took:.1f} s with code {code}; {len(taken)} acknowledged, {lost} lost"
    )
    return Figure(said, code == 0 and took <= 5 and not lost)


BARS = (
    Bar(
        "F1",
        "20 kills while 40 people answer 12 times each, SQLite",
        "all counted, in order, at most one double a kill",
        f1,
    ),
    Bar("F2", "two replicas, 15 kills and 2 database crashes", "all counted, in order, at most one double a kill", f2),
    Bar("F3", "one event to both replicas at once, and again", "one answer each", f3),
    Bar("F4", "two answers to one question at once, two replicas", "one is taken, the next question is asked", f4),
    Bar(
        "F5",
        "reminders: three replicas, one killed",
        "each once, at most one double a kill",
        held_by("tests/store/test_waking.py"),
    ),
    Bar(
        "F6",
        "a database locked, full, frozen, gone",
        "refused in time, works again, nothing lost",
        held_by("tests/store/test_faults.py"),
    ),
    Bar("F7", "a platform that fails", "all delivered, at most one double a hang", f7),
    Bar(
        "F8",
        "Microsoft's keys: slow, broken, rolled",
        "old ones stay good, the loop is free",
        held_by("tests/teams/test_tokens.py"),
    ),
    Bar(
        "F9",
        "broken content while serving",
        "the last good one serves on",
        held_by("tests/test_advisor.py", "tests/web/test_web_advisor.py", "-k", "content"),
    ),
    Bar("F10", "asked to stop under load", "gone within 5 s, nothing acknowledged lost", f10),
    Bar("F11", "a database of an earlier release", "what was begun there goes on", held_by("tests/test_upgrade.py")),
    Bar("F12", "backup while running, restored elsewhere", "whole", held_by("tests", "-k", "backup or restore")),
)
