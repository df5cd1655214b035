"""What is posted arrives as it is, again after what passes by itself, and never with a token to another host.

Where a test names "the shipped adapter", it says what botbuilder's own (CloudAdapter 4.17.1) does with the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession
from requests import Session

from adapters.teams import connector as wire
from adapters.teams import trust
from adapters.teams.api import Reference, TeamsError
from adapters.teams.connector import Connector, NoTokens
from adapters.teams.door import Hosts
from bot.advisor import Knowledge
from bot.settings import Settings
from tests.teams import sign
from tests.teams.fake import ANA, APP_ID, BOT, CHANNEL, GROUP, PASSWORD, PERSONAL, TENANT, Empty, Fail, Hang, Teams
from tests.teams.serving import serving

Json = dict[str, Any]
HERE = Hosts(("127.0.0.1",))
SAID: Json = {"type": "message", "text": "MLOps is DevOps for models.", "textFormat": "markdown"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_BACKOFF", 0.001)


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    async with ClientSession() as session:
        yield Connector(session, sign.OneToken(), HERE)


def to(teams: Teams, conversation: str = f"{CHANNEL};messageid=1", url: str = "") -> Reference:
    kind = teams.conversations[conversation.partition(";")[0]].kind
    return Reference(TENANT, conversation, url or teams.service_url, BOT, kind)  # type: ignore[arg-type]  # a test's text


# What is sent -----------------------------------------------------------------------------
async def test_an_activity_arrives_whole_and_in_its_thread(teams: Teams, connector: Connector) -> None:
    """The shipped adapter drops every field of an entity but its type: a mention then is refused."""
    mention = {"type": "mention", "text": "<at>Ana</at>", "mentioned": {"id": ANA, "name": "Ana"}}
    said = SAID | {"text": "<at>Ana</at> 🎉 see [1]", "channelData": {"feedbackLoop": {"type": "default"}}}
    shown = {
        "@type": "DigitalDocument",
        "name": "The SRE book",
        "abstract": "Error budgets",
        "url": "https://sre.google",
    }
    root = {"type": "https://schema.org/Message", "@type": "Message", "@context": "https://schema.org", "@id": ""}
    cited = root | {"citation": [{"@type": "Claim", "position": 1, "appearance": shown}]}
    said["entities"] = [mention, cited]
    id_ = await connector.send(to(teams), said)
    [posted] = teams.sent
    assert (id_, f"{CHANNEL};messageid=1") == (posted.id, posted.conversation)
    assert said == {name: value for name, value in posted.activity.items() if name in said}


async def test_a_message_is_changed_and_taken_away(teams: Teams, connector: Connector) -> None:
    id_ = await connector.send(to(teams), SAID)
    await connector.update(to(teams), id_, SAID | {"text": "Better."})
    assert ["Better."] == [posted.text for posted in teams.sent]
    await connector.delete(to(teams), id_)
    assert [] == teams.sent


async def test_a_targeted_message_is_for_one(teams: Teams, connector: Connector) -> None:
    where = to(teams, GROUP)
    id_ = await connector.send(where, SAID, asker=ANA)
    await connector.update(where, id_, SAID | {"text": "Better."}, asker=ANA)
    assert [(ANA, "Better.")] == [(posted.only, posted.text) for posted in teams.sent]
    await connector.delete(where, id_, asker=ANA)
    assert [] == teams.sent
    assert all("isTargetedActivity=true" in call.path for call in teams.calls)


async def test_a_personal_conversation_is_opened(teams: Teams, connector: Connector) -> None:
    assert PERSONAL == await connector.create(to(teams), ANA)
    with pytest.raises(TeamsError):
        await connector.create(to(teams), "29:nobody")


async def test_an_empty_answer_is_no_error(teams: Teams, connector: Connector) -> None:
    teams.faults.append(Empty())
    assert "" == await connector.send(to(teams), SAID)
    assert 1 == len(teams.sent)


# What passes ------------------------------------------------------------------------------
@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_what_passes_is_sent_again(teams: Teams, connector: Connector, status: int) -> None:
    """The shipped adapter gives up at once."""
    teams.faults.extend([Fail(status, after="0.01"), Fail(status, html=True, after="0.01"), Fail(status, after="0.01")])
    assert teams.sent == [] and await connector.send(to(teams), SAID)
    assert [status, status, status, 201] == [call.status for call in teams.calls]
    assert 1 == len(teams.sent)


async def test_it_is_tried_four_times_and_then_told(teams: Teams, connector: Connector) -> None:
    """The shipped adapter loses the status of a body that is no JSON."""
    teams.faults.extend([Fail(502, html=True)] * 9)
    with pytest.raises(TeamsError) as told:
        await connector.send(to(teams), SAID)
    assert ("status-502", 502, True, False) == (told.value.code, told.value.status, told.value.passes, told.value.gone)
    assert 4 == len(teams.calls)


async def test_a_long_wait_is_the_callers(teams: Teams, connector: Connector) -> None:
    teams.faults.append(Fail(429, after="30"))
    with pytest.raises(TeamsError) as told:
        await connector.send(to(teams), SAID)
    assert (429, 30.0, True) == (told.value.status, told.value.wait, told.value.passes)
    assert 1 == len(teams.calls)


@pytest.mark.parametrize(("header", "wait"), [("soon", 1.0), ("-5", 0.1), ("86400", 900.0), ("", 1.0)])
async def test_any_retry_after_is_a_wait(
    teams: Teams, connector: Connector, monkeypatch: pytest.MonkeyPatch, header: str, wait: float
) -> None:
    monkeypatch.setattr(wire, "PATIENCE", 0.0)
    teams.faults.append(Fail(429, after=header))
    with pytest.raises(TeamsError) as told:
        await connector.send(to(teams), SAID)
    assert wait == told.value.wait


async def test_seven_a_second_is_what_one_conversation_takes(teams: Teams, connector: Connector) -> None:
    await asyncio.gather(*(connector.send(to(teams), SAID) for _ in range(10)))
    assert 10 == len(teams.sent)
    assert 429 in [call.status for call in teams.calls]


async def test_no_answer_and_no_connection_may_pass(
    teams: Teams, connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "ANSWER", 0.1)
    teams.faults.append(Hang(5))
    with pytest.raises(TeamsError) as slow:
        await connector.send(to(teams), SAID)
    assert ("timeout", True) == (slow.value.code, slow.value.passes)
    with pytest.raises(TeamsError) as away:
        await connector.send(to(teams, url="http://127.0.0.1:9/"), SAID)
    assert ("connection", True) == (away.value.code, away.value.passes)


# What doesn't -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("status", "code", "gone"),
    [
        (403, "MessageWritesBlocked", True),
        (403, "BotDisabledByAdmin", True),
        (403, "ForbiddenOperationException", True),
        (404, "ConversationNotFound", True),
        (404, "BotNotInConversationRoster", True),
        (404, "ActivityNotFoundInConversation", False),
        (403, "Forbidden", False),
        (400, "BadSyntax", False),
    ],
)
async def test_a_refusal_is_meant(teams: Teams, connector: Connector, status: int, code: str, gone: bool) -> None:
    teams.faults.append(Fail(status, code))
    with pytest.raises(TeamsError) as told:
        await connector.send(to(teams), SAID)
    assert (code, status, False, gone) == (told.value.code, told.value.status, told.value.passes, told.value.gone)
    assert 1 == len(teams.calls)


async def test_a_message_too_large_is_told_as_such(teams: Teams, connector: Connector) -> None:
    with pytest.raises(TeamsError) as told:
        await connector.send(to(teams), SAID | {"text": "x" * 60_000})
    assert ("MessageSizeTooBig", 413, False) == (told.value.code, told.value.status, told.value.passes)


# The token --------------------------------------------------------------------------------
@pytest.mark.parametrize("url", ["https://evil.example/", "http://localhost:9/", "https://127.0.0.1.evil.example/", ""])
async def test_nothing_is_sent_to_a_foreign_host(teams: Teams, connector: Connector, url: str) -> None:
    with pytest.raises(TeamsError) as told:
        await connector.send(Reference(TENANT, CHANNEL, url, BOT, "channel"), SAID)
    assert ("foreign-service-url", False) == (told.value.code, told.value.passes)


async def test_a_local_client_gets_no_token(teams: Teams) -> None:
    async with ClientSession() as session:
        with pytest.raises(TeamsError) as told:
            await Connector(session, NoTokens(), Hosts(signed=False)).send(to(teams), SAID)
    assert 401 == told.value.status


async def test_passwords_kept_on_this_machine_are_none_of_ours(
    teams: Teams, knowledge: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client reads ~/.netrc where it looks for proxies, and then refuses to send our token beside what is there."""
    (tmp_path / "netrc").write_text("default login ana password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", teams) as served:
        assert 2 == len(await served.said(sign.message(teams)))


class Routed(Session):
    """What MSAL asks with: Microsoft's and Azure's addresses lead to the fake."""

    def __init__(self, teams: Teams) -> None:
        super().__init__()
        self._home = teams.url

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> Any:
        parts = urlsplit(url)
        path = "/msi/token" if parts.hostname == "169.254.169.254" else parts.path
        return super().request(method, self._home + path, *args, **{"timeout": 3} | kwargs)


def entra(teams: Teams, **more: str) -> trust.Entra:
    return trust.Entra(sign.settings(teams, **more), Routed(teams))


async def test_one_token_serves_all_sends(teams: Teams) -> None:
    """The shipped adapter makes new credentials, and two calls of Entra that block, in every turn."""
    teams.bearers.clear()
    teams.pace = 0
    async with ClientSession() as session:
        connector = Connector(session, entra(teams), HERE)
        await asyncio.gather(*(connector.send(to(teams), SAID) for _ in range(20)))
    [asked] = teams.token_requests
    assert (APP_ID, PASSWORD, "client_credentials") == (asked["client_id"], asked["client_secret"], asked["grant_type"])
    assert "https://api.botframework.com/.default" == asked["scope"]
    assert 20 == len(teams.sent)


async def test_a_token_taken_back_is_replaced_once(teams: Teams) -> None:
    tokens = entra(teams)
    first = await tokens.take()
    teams.bearers.discard(first)
    async with ClientSession() as session:
        assert await Connector(session, tokens, HERE).send(to(teams), SAID)
    assert [401, 201] == [call.status for call in teams.calls]
    assert 2 == len(teams.token_requests)


async def test_a_bot_nobody_lets_in_says_so_and_stops(teams: Teams) -> None:
    teams.faults.extend([Fail(401, "Unauthorized")] * 9)
    async with ClientSession() as session:
        with pytest.raises(TeamsError) as told:
            await Connector(session, entra(teams), HERE).send(to(teams), SAID)
    assert (401, 2, 2) == (told.value.status, len(teams.calls), len(teams.token_requests))


async def test_a_token_that_ends_soon_is_replaced_before(teams: Teams) -> None:
    teams.tokens_last = 200
    tokens = entra(teams)
    assert await tokens.take() != await tokens.take()


async def test_a_wrong_secret_is_told_and_mended(teams: Teams) -> None:
    teams.token_fault = Fail(401, "invalid_client")
    tokens = entra(teams)
    with pytest.raises(TeamsError) as told:
        await tokens.take()
    assert ("token-invalid_client", True, "teams_token") == (told.value.code, told.value.passes, tokens.problem)
    teams.token_fault = None
    assert await tokens.take()
    assert "" == tokens.problem


async def test_an_azure_identity_needs_no_secret(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "MSI_SECRET"):
        monkeypatch.delenv(name, raising=False)
    tokens = entra(teams, TEAMS_APP_TYPE="UserAssignedMSI", TEAMS_APP_PASSWORD="")
    assert "sending-token-1" == await tokens.take() == await tokens.take()
    [asked] = teams.token_requests
    assert (APP_ID, "https://api.botframework.com") == (asked["client_id"], asked["resource"])


async def test_the_loop_goes_on_while_entra_is_slow(teams: Teams) -> None:
    """While it waits, others are served, by the same loop; the shipped adapter asks on it."""
    teams.token_fault = Hang(1)
    taking = asyncio.create_task(entra(teams).take())
    async with ClientSession() as session:
        while not teams.token_requests:
            assert not taking.done()
            await asyncio.sleep(0.01)
        async with session.get(f"{teams.url}/openid") as answer:
            assert (200, False) == (answer.status, taking.done())
    assert "sending-token-1" == await taking


def test_no_token_is_ever_printed() -> None:
    held = trust.Entra(Settings.model_validate({"TEAMS_APP_ID": APP_ID, "TEAMS_APP_PASSWORD": PASSWORD}))
    assert PASSWORD not in f"{held!r} {vars(held)}"
