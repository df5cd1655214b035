"""Turns over the platforms' real wires, at a steady pace, and what became of each.

The load is open: a turn is sent when its time has come, whether or not the ones before were answered, and its time
counts from then. Whoever sends shares the machine with the server, so walls are longer than they would be alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.catalog import load
from tests.slack import sign
from tests.slack.fake import BOT, TOKEN, Slack
from tests.slack.people import Person
from tests.teams import people as teams_people
from tests.teams.fake import Teams
from tests.teams.sign import PATH as TEAMS_PATH

QUESTIONS = 60


@dataclass
class Turn:
    """One message to be sent, and what came of it. Times are seconds from the start of the run."""

    path: str
    body: str
    key: str  # the thread its answer comes to
    due: float = 0.0
    status: int = 0
    acked: float = 0.0
    replied: float = 0.0


@dataclass
class Run:
    """All turns of one run."""

    turns: list[Turn] = field(default_factory=list)

    def taken(self) -> list[Turn]:
        """Those the server said yes to."""
        return [turn for turn in self.turns if turn.status == 200]

    def acks(self) -> list[float]:
        """Milliseconds from the planned time to the answer, in order of size."""
        return sorted((turn.acked - turn.due) * 1000 for turn in self.taken())

    def replies(self) -> list[float]:
        """Milliseconds from the planned time to the reply at the platform, in order of size."""
        return sorted((turn.replied - turn.due) * 1000 for turn in self.taken() if turn.replied)

    def lost(self) -> int:
        """Count the turns that were taken and never replied to."""
        return sum(not turn.replied for turn in self.taken())


def p99(values: Sequence[float]) -> float:
    """Tell the 99th percentile."""
    return values[int(len(values) * 0.99)] if values else float("inf")


def asked() -> list[str]:
    """Take questions from all over the content's checks, evenly; none that must be refused."""
    checks = [check for body in load.load(None).checks.values() for check in body.checks]
    answered = [check.ask for check in checks if "oos" not in {str(each) for each in check.must}]
    return [answered[number * len(answered) // QUESTIONS] for number in range(QUESTIONS)]


def settings(slack: Slack) -> dict[str, str]:
    """Write down what the environment of a server for this Slack says."""
    return {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": sign.SECRET, "SLACK_API_URL": slack.url}


def slack_turns(slack: Slack, number: int, people: int) -> list[Turn]:
    """Write questions down as Slack would send them, each in a thread of its own."""
    asks, turns = asked(), []
    for n in range(number):
        message, events = Person(slack, f"U{n % people:08}").say(f"<@{BOT}> {asks[n % QUESTIONS]}")
        turns.append(Turn(sign.PATH, json.dumps(events[0]), message.ts))
    return turns


def direct_turns(slack: Slack, number: int) -> list[Turn]:
    """Write questions down as Slack would send them, each by somebody else to the bot alone."""
    asks, turns = asked(), []
    for n in range(number):
        message, events = Person(slack, f"U{n:08}").direct(asks[n % QUESTIONS])
        turns.append(Turn(sign.PATH, json.dumps(events[0]), message.channel))
    return turns


def teams_turns(teams: Teams, number: int, people: int) -> list[Turn]:
    """Write questions down as Teams would send them, each in a thread of its own."""
    asks, turns = asked(), []
    for n in range(number):
        activity = teams_people.Person(teams, f"29:{n % people:08}").say(asks[n % QUESTIONS])
        turns.append(Turn(TEAMS_PATH, json.dumps(activity), activity["conversation"]["id"]))
    return turns


async def drive(
    session: ClientSession, urls: Sequence[str], turns: list[Turn], pace: float, bearer: str = ""
) -> Callable[[], float]:
    """Send the turns, `pace` a second, to the servers in turn; the clock that their times are told by."""
    begun = time.perf_counter()

    def clock() -> float:
        return time.perf_counter() - begun

    async def send(turn: Turn, url: str) -> None:
        headers = {"Content-Type": "application/json"}
        headers |= {"Authorization": f"Bearer {bearer}"} if turn.path == TEAMS_PATH else sign.signed(turn.body)
        try:
            timeout = ClientTimeout(total=10)
            async with session.post(url + turn.path, data=turn.body, headers=headers, timeout=timeout) as answer:
                turn.status = answer.status
        except (ClientError, TimeoutError):
            turn.status = -1
        turn.acked = clock()

    under_way = set()
    for number, turn in enumerate(turns):
        turn.due = number / pace
        await asyncio.sleep(max(turn.due - clock(), 0))
        under_way.add(asyncio.create_task(send(turn, urls[number % len(urls)])))
    await asyncio.gather(*under_way)
    return clock


def cpu(pid: int) -> float:
    """Tell the seconds of CPU a process has used."""
    words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Tell the MB a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
