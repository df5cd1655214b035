"""Signed activities a second through the real server, against a bare botbuilder echo, on this machine in one run.

The bare app is the SDK as it comes: its adapter, its validation of tokens, its client; but it is given its token for
sending, where it would ask Microsoft twice a turn. It answers when the echo is posted. Ours validates the same RS256
tokens, matches, decides, commits to a SQLite file with full durability, answers, and then posts the answer. Both post
to the same fake Connector, which here slows nobody down; both are sent the same sixty questions in turn, each by
somebody else. "Posted" is from the question to the answer in its thread, the same for both.

The longest block of the event loop is measured with server, Teams and client in one loop: what they take counts too.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from bot.advisor import Knowledge
from tests.bars.wire import asked, cpu
from tests.running import started
from tests.teams.fake import Posted, Teams
from tests.teams.people import Person
from tests.teams.serving import serving
from tests.teams.sign import PATH

pytestmark = pytest.mark.bench
ACTIVITIES, AT_ONCE, ROUNDS, TURNS = 600, 16, 3, 20
BARE = """
import asyncio, os, sys
from aiohttp import web
from botbuilder.core import CloudAdapterBase
from botbuilder.schema import Activity
from botframework.connector.auth import AppCredentials, BotFrameworkAuthenticationFactory, ChannelValidation
from botframework.connector.auth import PasswordServiceClientCredentialFactory

class Known(AppCredentials):
    def get_access_token(self, force_refresh=False):
        return "sending-token"

class Factory(PasswordServiceClientCredentialFactory):
    async def create_credentials(self, app_id, oauth_scope, login_endpoint, validate_authority):
        return Known(app_id=app_id, oauth_scope=oauth_scope)

ChannelValidation.open_id_metadata_endpoint = os.environ["TEAMS_OPENID_METADATA_URL"]
factory = Factory(app_id=os.environ["TEAMS_APP_ID"], password=os.environ["TEAMS_APP_PASSWORD"])
adapter = CloudAdapterBase(BotFrameworkAuthenticationFactory.create(credential_factory=factory))

async def echo(turn):
    await adapter.send_activities(turn, [Activity(
        type="message", text=turn.activity.text.replace("<at>Whichops</at>", ""), text_format="plain",
        from_property=turn.activity.recipient, conversation=turn.activity.conversation,
        service_url=turn.activity.service_url)])

async def serve(request):
    activity = Activity().deserialize(await request.json())
    await adapter.process_activity(request.headers["Authorization"], activity, echo)
    return web.Response()

async def main():
    app = web.Application()
    app.router.add_post("/api/messages", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print('"address": "http://127.0.0.1:%d"' % runner.addresses[0][1], file=sys.stderr, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def bodies(teams: Teams, asks: list[str], number: int) -> dict[str, str]:
    """Write activities down: each of somebody else, in a thread of its own; by the thread's id."""
    said = [Person(teams, f"29:{n:08}").say(asks[n % len(asks)]) for n in range(number)]
    return {each["conversation"]["id"]: json.dumps(each) for each in said}


async def posted(teams: Teams, threads: set[str], since: int) -> list[Posted]:
    """Wait until every thread has its answer."""
    left, seen = set(threads), since
    async with asyncio.timeout(120):
        while left:
            await asyncio.sleep(0.005)
            left -= {each.conversation for each in teams.posted[seen:]}
            seen = len(teams.posted)
    return teams.posted[since:]


async def drive(teams: Teams, session: ClientSession, url: str, asks: list[str]) -> tuple[float, float, float]:
    """Deliver them, so many at once: answered a second, posted a second, the 99th percentile in ms."""
    said = bodies(teams, asks, ACTIVITIES)
    left, took = iter(said.values()), list[float]()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {teams.token()}"}

    async def one_after_the_other() -> None:
        for body in left:
            begun = time.perf_counter()
            async with session.post(url + PATH, data=body, headers=headers) as answer:
                assert 200 == answer.status
            took.append(time.perf_counter() - begun)

    since, begun = len(teams.posted), time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    rate = ACTIVITIES / (time.perf_counter() - begun)
    await posted(teams, set(said), since)
    return rate, ACTIVITIES / (time.perf_counter() - begun), sorted(took)[int(ACTIVITIES * 0.99)] * 1000


async def test_teams_activities_a_second(tmp_path: Path) -> None:
    async with (
        Teams() as teams,
        ClientSession(connector=TCPConnector(limit=AT_ONCE)) as session,
        started(tmp_path, teams.settings, "-c", BARE) as bare,
        started(tmp_path, teams.settings, "-m", "tests.teams.alone") as ours,
    ):
        teams.pace = 0
        found: dict[str, list[tuple[float, float, float]]] = {"bare botbuilder": [], "Whichops": []}
        asks = asked()
        pids = (bare.process.pid, ours.process.pid)
        used = [cpu(pid) for pid in pids]
        for _ in range(ROUNDS):
            found["bare botbuilder"].append(await drive(teams, session, bare.url, asks))
            found["Whichops"].append(await drive(teams, session, ours.url, asks))
        spent = [cpu(pid) - was for pid, was in zip(pids, used, strict=True)]
    for (name, runs), seconds in zip(found.items(), spent, strict=True):
        answered, sent, worst = max(run[0] for run in runs), max(run[1] for run in runs), min(run[2] for run in runs)
        each = seconds / ACTIVITIES / ROUNDS * 1000
        said = f"{answered:.0f} answered/s, {sent:.0f} posted/s, p99 {worst:.0f} ms, {each:.1f} ms CPU an activity"
        print(f"\n{name}: {said}", end="")
    best = [max(run[1] for run in found[name]) for name in ("Whichops", "bare botbuilder")]
    print(f"\nposted: {best[0] / best[1]:.2f} of the bare app")


async def test_twenty_turns_at_once_leave_the_loop_free(knowledge: Knowledge, tmp_path: Path) -> None:
    async with Teams() as teams, serving(knowledge, f"sqlite:///{tmp_path}/talk.db", teams) as served:
        teams.pace = 0
        first, *blocks = [await longest(served.url, teams) for _ in range(ROUNDS + 1)]
    print(f"\nlongest block of the event loop, {TURNS} turns at once: {min(blocks):.1f} ms (first: {first:.1f})")


async def longest(url: str, teams: Teams) -> float:
    """Take the turns all at once; the longest time in ms that nothing else could run."""
    said = bodies(teams, asked(), TURNS)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {teams.token()}"}
    worst, since = 0.0, len(teams.posted)

    async def tick() -> None:
        nonlocal worst
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            worst = max(worst, time.perf_counter() - begun - 0.001)

    async def take(body: str) -> None:
        async with session.post(url + PATH, data=body, headers=headers) as answer:
            assert 200 == answer.status

    async with ClientSession(connector=TCPConnector(limit=TURNS)) as session:
        ticking = asyncio.create_task(tick())
        await asyncio.gather(*map(take, said.values()))
        await posted(teams, set(said), since)
        ticking.cancel()
    return worst * 1000
