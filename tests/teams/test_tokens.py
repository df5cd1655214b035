"""Only what Microsoft signed for us, lately, for this channel and this serviceUrl gets in; keys roll without a restart.

The tokens are real (RS256) and the SDK's own validation runs. Where a test names "the shipped adapter", it says what
botbuilder's own (CloudAdapter 4.17.1) does with the same.
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest

from adapters.teams import app as teams_app
from adapters.teams import trust
from bot.advisor import Advisor, Knowledge
from bot.chat import Place
from bot.conversation import Conversation
from bot.errors import ConfigError
from bot.settings import Settings
from bot.store import Store
from tests.teams import sign
from tests.teams.fake import CHANNEL, ISSUER, TENANT, Fail, Hang, Teams
from tests.teams.front import Fronted, fronting
from tests.teams.people import Person
from tests.teams.serving import serving

NOW = int(time.time())


def coded(part: dict[str, Any]) -> str:
    """Write a part of a token as tokens have it."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


# By claim, or by how it was signed. The status is what the shipped adapter answered when it was tried.
FORGED: dict[str, tuple[int, dict[str, Any]]] = {
    "signed by somebody else": (500, {"signed_by": "somebody"}),
    "expired": (500, {"exp": NOW - 3600, "nbf": NOW - 7200}),
    "not yet good": (500, {"nbf": NOW + 3600}),
    "without an end": (201, {"exp": None}),
    "an end that is no number": (500, {"exp": "tomorrow"}),
    "for another app": (401, {"aud": "ffffffff-0000-4000-8000-000000000000"}),
    "for several apps": (401, {"aud": ["0a1b2c3d-0000-4000-8000-00000000b07a", "another"]}),
    "for nobody": (401, {"aud": None}),
    "by another issuer": (401, {"iss": "https://evil.example"}),
    "by another cloud": (401, {"iss": "https://api.botframework.us"}),
    "by nobody": (500, {"iss": None}),
    "with a key nobody knows": (500, {"kid": "unknown", "signed_by": "key-1"}),
    "with a shared secret": (500, {"alg": "HS256"}),
    "with no signature": (500, {"alg": "none"}),
    "with another algorithm": (500, {"alg": "RS512"}),
    "without a serviceUrl": (401, {"serviceurl": None}),
    "for another serviceUrl": (401, {"serviceurl": "https://smba.trafficmanager.net/emea/"}),
}
GARBAGE = {
    "nothing": None,
    "empty": "",
    "no scheme": "abc.def.ghi",
    "another scheme": "Basic YTpi",
    "no token": "Bearer ",
    "no token at all": "Bearer",
    "garbage": "Bearer garbage",
    "dots": "Bearer ..",
    "three parts": "Bearer a b",
    "no JSON inside": "Bearer e30.e30.e30",
    "a list inside": "Bearer W10.W10.W10",
    "a kid that is a number": f"Bearer {coded({'alg': 'RS256', 'kid': 7})}.{coded({'iss': ISSUER})}.e30",
}


@pytest.mark.parametrize("how", [how for _, how in FORGED.values()], ids=FORGED)
async def test_a_forged_token_is_refused(teams: Teams, how: dict[str, Any]) -> None:
    async with fronting(teams) as here:
        answer = await here.door.send(sign.message(teams), **how)
        assert answer.status in (401, 403)
        assert not here.reached.heard
        assert 200 == (await here.door.send(sign.message(teams))).status


@pytest.mark.parametrize("authorization", GARBAGE.values(), ids=GARBAGE)
async def test_garbage_is_refused(teams: Teams, authorization: str | None) -> None:
    """The shipped adapter answers the last ones, and what looks like a token and is none, with 500."""
    async with fronting(teams) as here:
        answer = await here.door.raw(json.dumps(sign.message(teams)).encode(), authorization)
        assert (401, []) == (answer.status, here.reached.heard)


async def test_a_key_that_is_not_for_teams_is_refused(teams: Teams) -> None:
    """The shipped adapter answers with 500."""
    teams.add_key("for-another-channel", ("webchat", "directline"))
    async with fronting(teams) as here:
        answer = await here.door.send(sign.message(teams), kid="for-another-channel")
        assert (401, []) == (answer.status, here.reached.heard)


async def test_a_token_for_one_service_url_is_no_good_for_another(teams: Teams) -> None:
    activity = sign.message(teams) | {"serviceUrl": f"{teams.url}/other/"}
    async with fronting(teams) as here:
        answer = await here.door.send(activity, serviceurl=teams.service_url)
        assert (403, []) == (answer.status, here.reached.heard)


async def test_a_clock_may_be_off_by_minutes(teams: Teams) -> None:
    async with fronting(teams) as here:
        answer = await here.door.send(sign.message(teams), nbf=int(time.time()) + 120, exp=int(time.time()) + 3600)
        assert 200 == answer.status


async def test_nothing_forged_reaches_the_advisor(teams: Teams, knowledge: Knowledge, tmp_path: Path) -> None:
    """Through the whole server: no turn is kept, nothing is posted; and what is signed well is answered."""
    async with serving(knowledge, f"sqlite:///{tmp_path}/talk.db", teams) as served:
        ana = Person(teams)
        asked = [ana.say("what is MLOps?") for _ in FORGED]
        for activity, (_, how) in zip(asked, FORGED.values(), strict=True):
            assert (await served.door.send(activity, **how)).status in (401, 403)
        for authorization in GARBAGE.values():
            assert 401 == (await served.door.raw(json.dumps(asked[0]).encode(), authorization)).status
        abroad = asked[0] | {"channelData": {"tenant": {"id": "7e4a47aa-0000-4000-8000-000000000002"}}}
        assert 403 == (await served.door.send(abroad)).status
        assert 403 == (await served.door.send(asked[0] | {"serviceUrl": "https://evil.example/"})).status
        assert [] == await served.settled()
        for activity in asked:
            thread = activity["id"]
            assert await served.store.peek(Place("teams", TENANT, CHANNEL, thread)) is None
        answer, _ = await served.said(asked[0])
        assert "MLOps" in answer.text
        assert await served.store.peek(Place("teams", TENANT, CHANNEL, asked[0]["id"])) is not None


async def test_unsigned_requests_are_never_served_to_other_machines(store: Store[Conversation]) -> None:
    """However the settings were made: not by `settings.load`, which refuses them as well."""
    open_to_all = Settings.model_validate({"TEAMS_ALLOW_ANONYMOUS": "1", "host": "0.0.0.0"})
    assert "0.0.0.0" == open_to_all.host
    for options in (open_to_all, Settings()):
        with pytest.raises(ConfigError, match=r"TEAMS_"):
            async with teams_app.running(Advisor(None, store), store, options):  # type: ignore[arg-type]
                pass


# Keys -------------------------------------------------------------------------------------
async def test_keys_are_fetched_once_and_not_before_they_are_needed(teams: Teams) -> None:
    async with fronting(teams) as here:
        assert [] == teams.fetched
        answers = await asyncio.gather(*(here.door.send(sign.message(teams)) for _ in range(10)))
        assert [200] * 10 == [answer.status for answer in answers]
        assert ["metadata", "keys"] == teams.fetched


async def test_a_rolled_key_is_good_at_once(teams: Teams) -> None:
    """The shipped adapter answers with 500 until its keys are a day old."""
    async with fronting(teams) as here:
        assert 200 == (await here.door.send(sign.message(teams))).status
        teams.roll()
        answers = await asyncio.gather(*(here.door.send(sign.message(teams)) for _ in range(5)))
        assert [200] * 5 == [answer.status for answer in answers]
        assert 4 == len(teams.fetched)


async def test_a_key_taken_back_is_good_no_more_once_the_keys_are_fetched_again(teams: Teams) -> None:
    async with fronting(teams) as here:
        assert 200 == (await here.door.send(sign.message(teams))).status
        teams.roll()
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert 401 == (await here.door.send(sign.message(teams), kid="key-1")).status


async def test_unknown_keys_cause_few_fetches(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    async with fronting(teams) as here:
        await here.door.send(sign.message(teams))
        for number in range(20):
            answer = await here.door.send(sign.message(teams), kid=f"unknown-{number}", signed_by="key-1")
            assert 401 == answer.status
        assert 4 == len(teams.fetched)
        assert 200 == (await here.door.send(sign.message(teams))).status
        monkeypatch.setattr(trust, "COOLDOWN", 0.0)
        teams.roll()
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert 6 == len(teams.fetched)


async def test_keys_are_fetched_again_after_a_day(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "STALE", 0.0)
    async with fronting(teams) as here:
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert 4 == len(teams.fetched)
        teams.keys_fault = Fail(500)
        assert 200 == (await here.door.send(sign.message(teams))).status  # the old ones are good still
        assert "teams_keys" == here.keys.problem


async def test_without_keys_teams_is_told_to_come_again(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "PAUSE", 0.0)
    teams.keys_fault = Fail(500)
    async with fronting(teams) as here:
        assert 503 == (await here.door.send(sign.message(teams))).status
        assert "teams_keys" == here.keys.problem
        teams.keys_fault = None
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert "" == here.keys.problem


async def test_a_fetch_that_failed_is_not_made_again_at_once(teams: Teams) -> None:
    teams.keys_fault = Fail(500)
    async with fronting(teams) as here:
        for _ in range(5):
            assert 503 == (await here.door.send(sign.message(teams))).status
        assert 1 == len(teams.fetched)


async def test_the_server_goes_on_while_microsoft_is_slow(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped adapter asks on the event loop, and without a timeout."""
    monkeypatch.setattr(trust, "FETCH", 0.3)
    teams.keys_fault = Hang(5)
    async with fronting(teams) as here:
        waiting = asyncio.create_task(here.door.send(sign.message(teams)))
        while not teams.fetched:
            await asyncio.sleep(0.01)
        assert await _alive(here)
        assert not waiting.done()
        assert 503 == (await waiting).status


async def _alive(here: Fronted) -> bool:
    async with here.session.get(f"{here.url}/live") as answer:
        return answer.status == 200


UNREADABLE: list[Any] = [
    {},
    [],
    "keys",
    None,
    {"keys": None},
    {"keys": []},
    {"keys": [7]},
    {"keys": [{"kty": "RSA", "kid": "key-1"}]},
    {"keys": [{"kty": "RSA", "kid": "key-1", "n": "AQAB", "e": 7}]},
    {"keys": [{"kty": "EC", "kid": "key-1"}]},
]


@pytest.mark.parametrize("told", UNREADABLE, ids=json.dumps)
async def test_keys_that_cant_be_read_are_no_keys(teams: Teams, told: Any) -> None:
    teams.keys_told = json.dumps(told).encode()
    async with fronting(teams) as here:
        assert (503, []) == ((await here.door.send(sign.message(teams))).status, here.reached.heard)
    assert ["metadata", "keys"] == teams.fetched


async def test_keys_that_are_no_json_are_no_keys(teams: Teams) -> None:
    teams.keys_told = b"<html>Bad Gateway</html>"
    async with fronting(teams) as here:
        assert (503, []) == ((await here.door.send(sign.message(teams))).status, here.reached.heard)


async def test_one_odd_key_doesnt_take_the_others_away(teams: Teams) -> None:
    odd = [7, {"kty": "RSA", "kid": "odd"}, {"kty": "EC", "kid": "curve"}, {"kid": "bare"}]
    teams.keys_told = json.dumps({"keys": [*odd, *teams.keys.values(), *odd]}).encode()
    async with fronting(teams) as here:
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert 401 == (await here.door.send(sign.message(teams), kid="odd", signed_by="key-1")).status


async def test_keys_held_stay_good_while_new_ones_cant_be_read(teams: Teams, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "STALE", 0.0)
    async with fronting(teams) as here:
        assert 200 == (await here.door.send(sign.message(teams))).status
        teams.keys_told = b'{"keys": []}'
        assert 200 == (await here.door.send(sign.message(teams))).status
        assert "teams_keys" == here.keys.problem


def test_each_cloud_has_its_own_issuer() -> None:
    world = trust.cloud_of("https://login.botframework.com/v1/.well-known/openidconfiguration")
    gov = trust.cloud_of("https://login.botframework.azure.us/v1/.well-known/openidconfiguration")
    assert ("https://api.botframework.com", "https://api.botframework.us") == (world.issuer, gov.issuer)
    assert ("https://login.microsoftonline.com/", "https://login.microsoftonline.us/") == (world.login, gov.login)
