"""The server as it is really started: stopped by force between a commit and a post, and by SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests import running
from tests.running import Started
from tests.slack.fake import APP_TOKEN, BOT, TOKEN, Hang, Slack
from tests.slack.people import Person
from tests.slack.sign import SECRET, Door


def started(slack: Slack, folder: Path, *, socket: bool = False) -> AbstractAsyncContextManager[Started]:
    way = {"SLACK_APP_TOKEN": APP_TOKEN} if socket else {"SLACK_SIGNING_SECRET": SECRET}
    ours = {"SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": slack.url} | way
    return running.started(folder, ours, "-m", "bot", "serve")


async def test_a_reply_that_was_committed_arrives_after_a_kill(tmp_path: Path) -> None:
    async with Slack() as slack, ClientSession() as session:
        ana = Person(slack)
        _, (event, twin) = ana.say(f"<@{BOT}> what is MLOps?")
        async with started(slack, tmp_path) as server:
            slack.script("chat.postMessage", Hang(60))
            door = Door(session, server.url)
            assert 200 == (await door.event(event)).status
            async with asyncio.timeout(5):
                while not slack.called("chat.postMessage"):
                    await asyncio.sleep(0.01)
            await server.end(signal.SIGKILL)
        assert [] == slack.sent
        async with started(slack, tmp_path) as server:
            async with asyncio.timeout(10):  # well within the lease the dead server held
                while not slack.sent:
                    await asyncio.sleep(0.01)
            assert 200 == (await Door(session, server.url).event(twin, retry=1)).status
            _, (another, _) = ana.say(f"<@{BOT}> what is AIOps?")
            assert 200 == (await Door(session, server.url).event(another)).status
            assert 0 == await server.end(signal.SIGTERM)
        assert 2 == len(slack.sent)  # the one, and what was under way when it was asked to stop


@pytest.mark.parametrize("posted", [False, True], ids=["not posted", "posted"])
async def test_a_command_that_was_committed_is_answered_in_one_thread_after_a_kill(
    tmp_path: Path, posted: bool
) -> None:
    """The kill comes while the opening is under way: it may have reached Slack, and is then the one that may double."""
    async with Slack() as slack, ClientSession() as session:
        form = Person(slack).command("/roadmap")
        async with started(slack, tmp_path) as server:
            slack.script("chat.postMessage", Hang(60, done=posted))
            assert 200 == (await Door(session, server.url).command(form)).status
            await until(lambda: slack.called("chat.postMessage"))
            await until(lambda: len(slack.sent) == int(posted))
            await server.end(signal.SIGKILL)
        async with started(slack, tmp_path) as server:
            await until(lambda: len([message for message in slack.sent if message.thread_ts]) == 2)
            assert 200 == (await Door(session, server.url).command(form)).status  # sent again, taken once
            assert 0 == await server.end(signal.SIGTERM)
        openings = [message.ts for message in slack.sent if not message.thread_ts]
        assert 1 + posted == len(openings)
        assert {openings[-1]} == {message.thread_ts for message in slack.sent if message.thread_ts}


@pytest.mark.parametrize("posted", [False, True], ids=["not posted", "posted"])
async def test_what_was_shared_is_answered_in_one_thread_after_a_kill(tmp_path: Path, posted: bool) -> None:
    async with Slack() as slack, ClientSession() as session:
        ana = Person(slack)
        async with started(slack, tmp_path) as server:
            door = Door(session, server.url)
            assert 200 == (await door.command(ana.command("/whichops", "private what is MLOps?"))).status
            await until(lambda: slack.sent)
            slack.script("chat.postMessage", Hang(60, done=posted))
            assert 200 == (await door.interact(ana.press(slack.sent[0], "Share with the channel"))).status
            await until(lambda: slack.called("chat.postMessage"))
            await until(lambda: len([message for message in slack.sent if not message.only]) == int(posted))
            await server.end(signal.SIGKILL)
        async with started(slack, tmp_path) as server:
            await until(lambda: [message for message in slack.sent if message.thread_ts])
            assert 0 == await server.end(signal.SIGTERM)
        openings = [message for message in slack.sent if not message.only and not message.thread_ts]
        assert 1 + posted == len(openings)
        assert all("<@U0ANA>" in message.text for message in openings)
        assert [openings[-1].ts] == [message.thread_ts for message in slack.sent if message.thread_ts]


async def test_over_a_websocket_a_committed_reply_arrives_after_a_kill_too(tmp_path: Path) -> None:
    async with Slack() as slack:
        _, (event, twin) = Person(slack).say(f"<@{BOT}> what is MLOps?")
        async with started(slack, tmp_path, socket=True) as server:
            await slack.socket_mode.connected()
            slack.script("chat.postMessage", Hang(60))
            assert await slack.socket_mode.send("events_api", event)
            await until(lambda: slack.called("chat.postMessage"))
            await server.end(signal.SIGKILL)
        assert [] == slack.sent
        async with started(slack, tmp_path, socket=True) as server:
            await slack.socket_mode.connected(2)
            await until(lambda: slack.sent)
            assert await slack.socket_mode.send("events_api", twin, retry=1)
            assert await slack.socket_mode.send("events_api", event, retry=2)
            assert 0 == await server.end(signal.SIGTERM)
        assert 1 == len(slack.sent)


async def until(found: Callable[[], object], seconds: float = 15) -> None:
    """Wait for something to be so."""
    async with asyncio.timeout(seconds):
        while not found():
            await asyncio.sleep(0.01)
