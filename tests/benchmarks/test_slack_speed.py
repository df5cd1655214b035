"""Signed events a second through the real server, against a bare Bolt app that echoes, on this machine in one run.

The bare app checks the signature, answers 200 and then says the text back; ours matches, decides, commits to a SQLite
file with full durability, answers 200 and then posts the answer. Both post to the same fake Slack. So "acknowledged"
flatters the bare app, which has done nothing by then; "posted" is the same work for both, from the question to the
answer in its thread. Both are sent the same sixty questions of the content's own checks in turn, each by somebody else.
"""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, TCPConnector

from tests.bars.wire import QUESTIONS, asked, cpu, settings
from tests.running import started
from tests.slack.fake import BOT, Slack
from tests.slack.people import Person
from tests.slack.sign import PATH, signed

pytestmark = pytest.mark.bench
EVENTS, AT_ONCE, ROUNDS = 600, 16, 3
ROOT = Path(__file__).parent.parent.parent
BARE = """
import os, sys
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
app = AsyncApp(client=client, signing_secret=os.environ["SLACK_SIGNING_SECRET"])
@app.event("app_mention")
async def echo(event, say):
    await say(text=event["text"], thread_ts=event["ts"])
async def main():
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print('"address": "http://127.0.0.1:%d"' % runner.addresses[0][1], file=sys.stderr, flush=True)
    await asyncio.Event().wait()
import asyncio
asyncio.run(main())
"""


async def drive(slack: Slack, session: ClientSession, url: str, asks: list[str]) -> tuple[float, float, float]:
    """Deliver the events, so many at once: acknowledged a second, posted a second, the 99th percentile in ms."""
    said = [Person(slack, f"U{n:08}").say(f"<@{BOT}> {asks[n % QUESTIONS]}") for n in range(EVENTS)]
    bodies = iter([json.dumps(events[0]) for _, events in said])
    open_threads = {message.ts for message, _ in said}
    took: list[float] = []

    async def one_after_the_other() -> None:
        for body in bodies:
            begun = time.perf_counter()
            headers = {"Content-Type": "application/json"} | signed(body)
            async with session.post(url + PATH, data=body, headers=headers) as answer:
                assert 200 == answer.status
            took.append(time.perf_counter() - begun)

    before, begun = len(slack.sent), time.perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    rate = EVENTS / (time.perf_counter() - begun)
    async with asyncio.timeout(60):
        while open_threads:
            await asyncio.sleep(0.01)
            seen, before = slack.sent[before:], len(slack.sent)
            open_threads -= {each.thread_ts for each in seen}
    return rate, EVENTS / (time.perf_counter() - begun), sorted(took)[int(EVENTS * 0.99)] * 1000


async def test_slack_events_a_second(tmp_path: Path) -> None:
    async with (
        Slack() as slack,
        ClientSession(connector=TCPConnector(limit=AT_ONCE)) as session,
        started(tmp_path, settings(slack), "-c", BARE) as bare,
        started(tmp_path, settings(slack), "-m", "bot", "serve") as ours,
    ):
        found: dict[str, list[tuple[float, float, float]]] = {"bare Bolt": [], "Whichops": []}
        asks = asked()
        pids = (bare.process.pid, ours.process.pid)
        used = [cpu(pid) for pid in pids]
        for _ in range(ROUNDS):
            found["bare Bolt"].append(await drive(slack, session, bare.url, asks))
            found["Whichops"].append(await drive(slack, session, ours.url, asks))
        each = [(cpu(pid) - was) / EVENTS / ROUNDS * 1000 for pid, was in zip(pids, used, strict=True)]
    for (name, runs), milliseconds in zip(found.items(), each, strict=True):
        acked, posted, worst = max(runs)[0], max(run[1] for run in runs), min(run[2] for run in runs)
        said = (
            f"{acked:.0f} acknowledged/s, {posted:.0f} posted/s, p99 {worst:.0f} ms, {milliseconds:.1f} ms CPU an event"
        )
        print(f"\n{name}: {said}", end="")
    for number, what in enumerate(("acknowledged", "posted")):
        best = [max(run[number] for run in found[name]) for name in ("Whichops", "bare Bolt")]
        print(f"\n{what}: {best[0] / best[1]:.2f} of the bare app", end="")
    print()
