"""The command line of whoever keeps the data, and a look at the whole set-up."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.chat import Message, Place, Reply, Text
from bot.cli import main
from bot.conversation import Conversation
from bot.interview import Interview
from bot.store import Store, Turn
from tests.talk import AT

SLACK = Place("slack", "T1", "C1", "1.1")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path}/talk.db"
    monkeypatch.setenv("WHICHOPS_DATABASE_URL", address)
    return address


def whichops(*words: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(main, words)
    assert code == result.exit_code, result.output
    return result.output


def during(url: str, work: Callable[[Store[Conversation]], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        store = Store(url, Conversation)
        await store.open()
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


async def talk(store: Store[Conversation]) -> None:
    for who in ("UGONE77", "UOTHER1"):
        state = Conversation(interview=Interview(owner=who, started=AT.date()))
        said = Message(who, replace(SLACK, thread=who), who, "hi", True, AT)
        await store.turn(said, lambda _, state=state: Turn(state, (Reply((Text("hello"),)),)))  # type: ignore[misc]


async def give_up(store: Store[Conversation]) -> None:
    for each in await store.claim(AT):
        await store.park(each.id, AT, "channel_not_found")


def test_a_backup_is_restored_elsewhere_and_not_over_anything(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    during(url, talk)
    assert "ok: revision" in whichops("db", "upgrade")
    whichops("db", "backup", "kept.jsonl")
    assert 0o600 == stat.S_IMODE((tmp_path / "kept.jsonl").stat().st_mode)
    assert "isn't empty" in whichops("db", "restore", "kept.jsonl", code=1)
    monkeypatch.setenv("WHICHOPS_DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    whichops("db", "restore", "kept.jsonl")
    assert "        2  conversation\n" in whichops("db", "check")


def test_an_admin_sees_and_can_forget_one_person_and_nobody_else(url: str, tmp_path: Path) -> None:
    during(url, talk)
    assert ["UGONE77"] == [
        each["owner"] for each in json.loads(whichops("privacy", "data", "slack/T1", "UGONE77"))["conversation"]
    ]
    assert "rows deleted" in whichops("privacy", "forget", "slack/T1", "UGONE77")
    assert {} == json.loads(whichops("privacy", "data", "slack/T1", "UGONE77"))
    assert "conversation" in json.loads(whichops("privacy", "data", "slack/T1", "UOTHER1"))
    assert b"UGONE77" not in b"".join(path.read_bytes() for path in tmp_path.glob("talk.db*"))


def test_what_was_given_up_is_listed_and_tried_again(url: str) -> None:
    during(url, talk)
    during(url, give_up)
    listed = whichops("outbox", "parked")
    assert 2 == listed.count("channel_not_found")
    assert "hello" not in listed
    assert "say --all" in whichops("outbox", "retry", code=2)
    assert "1 dropped" in whichops("outbox", "drop", listed.split()[0])
    assert "1 will be tried again" in whichops("outbox", "retry", "--all")
    assert "" == whichops("outbox", "parked")


def test_the_doctor_says_what_to_mend(url: str, tmp_path: Path) -> None:
    assert "is not there yet" in whichops("doctor")
    assert not (tmp_path / "talk.db").exists()
    during(url, talk)
    during(url, give_up)
    (tmp_path / "talk.db").chmod(0o644)
    told = whichops("doctor", code=1)
    for part in (
        "ok    content",
        "sound, revision",
        "2 replies could not be delivered",
        "chmod 600",
        "outbox retry --all",
    ):
        assert part in told
