"""Slack on its real wire: signed requests in, posts at the fake out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from adapters.slack import app as slack_app
from adapters.slack.installs import Installed, Installs, Seal
from bot import interview
from bot.advisor import Knowledge
from bot.catalog.schema import Catalog, Channel, Channels
from bot.chat import Place
from bot.errors import StoreError
from tests.contract.seats import words
from tests.slack.fake import BOT, TEAM, TOKEN, Broken, Hang, Install, Posted, RateLimited, Refuse, Slack
from tests.slack.fake import Channel as Room
from tests.slack.people import Json, Person, labels
from tests.slack.serving import Served, options, serving
from tests.slack.sign import SECRET

pytestmark = pytest.mark.usefixtures("logs")


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with Slack() as fake:
        yield fake


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/talk.db"


@pytest.fixture
async def served(
    request: pytest.FixtureRequest, knowledge: Knowledge, database: str, slack: Slack
) -> AsyncIterator[Served]:
    async with serving(knowledge, database, slack, socket=getattr(request, "param", False)) as running:
        yield running


@pytest.fixture
def ana(slack: Slack) -> Person:
    return Person(slack)


@pytest.fixture
def ben(slack: Slack) -> Person:
    return Person(slack, "U0BEN")


def ruled(knowledge: Knowledge, **rules: Channel) -> Knowledge:
    """The same knowledge, with rules for channels."""
    channels = Channels(places={"slack": dict(rules)})
    return Knowledge(knowledge.catalog.model_copy(update={"channels": channels}), knowledge.matcher)


# Once -------------------------------------------------------------------------------------
async def test_a_mention_is_answered_in_its_thread_at_once(served: Served, ana: Person) -> None:
    asked, events = ana.say(f"<@{BOT}> DevOps vs MLOps?")
    assert [200, 200] == await served.events(events)
    (answer,) = await served.settled()
    assert asked.ts == answer.thread_ts
    assert any(block["type"] == "table" for block in answer.blocks)
    assert {"unfurl_links": False, "unfurl_media": False, "thread_ts": asked.ts} == answer.asked
    begun = time.perf_counter()
    await served.event(ana.say(f"<@{BOT}> and AIOps?", thread=asked.ts)[1][0])
    await served.until(lambda: len(served.slack.sent) == 2)
    assert 0.5 > time.perf_counter() - begun  # the next look without a wake-up would come after a second


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
async def test_the_twin_and_three_retries_also_to_a_restarted_server_are_one_answer(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person, socket: bool
) -> None:
    _, events = ana.say(f"<@{BOT}> what is MLOps?")
    async with serving(knowledge, database, slack, socket=socket) as first:
        await asyncio.gather(*(first.event(event) for event in events))
        await first.event(events[0], retry=1)
        await first.settled()
    async with serving(knowledge, database, slack, socket=socket) as second:
        assert [200, 200] == [await second.event(event, retry=2) for event in events]
        assert 200 == await second.event(events[0], retry=3)
        assert 1 == len(await second.settled())


@pytest.mark.parametrize("socket", [False, True], ids=["http", "socket"])
async def test_a_press_its_twin_and_three_retries_over_a_restart_are_one_answer(
    knowledge: Knowledge, catalog: Catalog, database: str, slack: Slack, ana: Person, socket: bool
) -> None:
    async with serving(knowledge, database, slack, socket=socket) as first:
        await first.command(ana.command("/roadmap"))
        *_, card = await first.settled()
        press = ana.press(card, next(iter(catalog.roadmap.questions["role"].options.values())).label)
        assert [200, 200] == list(await asyncio.gather(first.interact(press), first.interact(press)))
        before = len(await first.settled())
    async with serving(knowledge, database, slack, socket=socket) as second:
        assert [200] * 3 == [await second.interact(press) for _ in range(3)]
        assert before == len(await second.settled())
        held = await _held(second, Place("slack", TEAM, "C0OPS", card.thread_ts))
    assert ["role"] == list(held.answers)
    assert 1 == len([message for message in slack.sent if "Question 2 of 7" in words(message)])


async def test_twins_at_the_same_moment_are_one_answer(served: Served, ana: Person) -> None:
    said = [ana.say(f"<@{BOT}> what is MLOps?")[1] for _ in range(10)]
    assert {200} == set(await asyncio.gather(*(served.event(event) for events in said for event in (*events, *events))))
    assert 10 == len(await served.settled())


@pytest.mark.parametrize("served", [False, True], ids=["http", "socket"], indirect=True)
async def test_two_people_and_two_windows_clicking_at_once_lose_nothing(
    served: Served, catalog: Catalog, ana: Person, ben: Person
) -> None:
    await served.command(ana.command("/roadmap"))
    opening, *_ = await served.settled()
    place = Place("slack", TEAM, "C0OPS", opening.ts)
    question = interview.open_question(catalog.roadmap, await _held(served, place))
    assert question is not None
    (card,) = [each for each in served.slack.sent if next(iter(question.options.values())).label in labels(each)]
    first, second, *_ = [option.label for option in question.options.values()]
    presses = [ana.press(card, first), ben.press(card, second), ana.press(card, second)]
    assert [200, 200, 200] == await asyncio.gather(*(served.interact(press) for press in presses))
    await served.settled()
    held = await _held(served, place)
    assert 1 == len(held.answers)
    told = [message for message in served.slack.sent if message.only]
    assert {"U0ANA", "U0BEN"} == {message.only for message in told}


async def _held(served: Served, place: Place) -> interview.Interview:
    state = await served.store.peek(place)
    assert state is not None and state.interview is not None
    return state.interview


async def test_a_store_that_is_busy_has_slack_send_it_again(
    served: Served, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, (event, _) = ana.say(f"<@{BOT}> what is MLOps?")

    async def away(*given: object, **more: object) -> None:
        raise StoreError("away")

    with monkeypatch.context() as patch:
        patch.setattr(served.store, "turn", away)
        answer = await served.door.event(event)
        assert 503 == answer.status
        assert "X-Slack-No-Retry" not in answer.headers
    assert 200 == await served.event(event, retry=1)
    assert 1 == len(await served.settled())


async def test_who_typed_what_cannot_be_kept_is_told_and_nothing_is_posted(
    served: Served, slack: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*given: object, **more: object) -> None:
        raise StoreError("away")

    form, about = ana.command("/roadmap"), ana.say("hm")[0]
    await served.interact(ana.shortcut(about))
    modal = ana.submit(next(iter(slack.views.values())), question="what is MLOps?")
    with monkeypatch.context() as patch:
        patch.setattr(served.store, "turn", away)
        told = await served.command(form)
        assert "ephemeral" == told.json["response_type"]
        assert "send that again" in told.json["text"]
        refused = await served.door.interact(modal)
        assert "errors" == refused.json["response_action"]
    assert [] == await served.settled()
    await served.interact(modal)
    await served.command(form)
    assert about.ts in {message.thread_ts for message in await served.settled()}
    assert 1 == len([message for message in slack.sent if not message.thread_ts])


async def test_a_menu_that_asks_for_options_gets_none(served: Served, ana: Person) -> None:
    asked = {"type": "block_suggestion", "team": {"id": TEAM}, "user": {"id": "U0ANA"}, "value": "ml"}
    assert {"options": []} == (await served.door.interact(asked)).json


async def test_until_slack_says_who_we_are_it_is_asked_to_send_again(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    slack.script("auth.test", Broken(), Broken())
    _, (event, _) = ana.say(f"<@{BOT}> what is MLOps?")
    async with serving(knowledge, database, slack) as served:
        await served.until(lambda: slack.called("auth.test"))
        assert 503 == await served.event(event)
        assert 200 == await served.event(event, retry=1)
        assert 1 == len(await served.settled())


# What is not for us -----------------------------------------------------------------------
async def test_our_own_words_and_other_bots_are_ignored(served: Served, slack: Slack) -> None:
    ourselves = Person(slack, BOT)
    _, events = ourselves.say(f"<@{BOT}> what is MLOps?")
    other, robot = Person(slack, "U0ROBOT").say("what is MLOps?", slack.direct("U0ROBOT"))
    robot[0]["event"]["bot_id"] = "B0OTHER"
    assert [200, 200, 200] == await served.events([*events, *robot])
    assert [] == [message for message in await served.settled() if message.thread_ts]
    assert other.ts


async def test_a_guest_of_another_organisation_hears_nothing_of_onboarding(served: Served, ana: Person) -> None:
    def shared(text: str) -> Json:
        event = ana.say(f"<@{BOT}> {text}")[1][0]
        event["is_ext_shared_channel"] = True
        event["event"] |= {"team": "T0OTHER", "user_team": "T0OTHER"}
        return event

    await served.event(shared("how do I get repo access?"))
    await served.event(shared("what is MLOps?"))
    refused, answered = await served.settled()
    assert "members of this team only" in words(refused)
    assert "MLOps" in words(answered)


async def test_in_a_shared_channel_onboarding_is_told_to_nobody_aloud(
    served: Served, slack: Slack, ana: Person
) -> None:
    slack.channels["C0OPS"].shared = True
    await served.event(ana.say(f"<@{BOT}> what is MLOps?")[1][0])
    about, _ = ana.say("where do I get access?")
    await served.interact(ana.shortcut(about))
    await served.interact(ana.submit(next(iter(slack.views.values())), question="how do I get repo access?"))
    await served.events(ana.say(f"<@{BOT}> how do I get repo access?")[1])
    await served.command(ana.command("/whichops", "how do I get repo access?"))
    posted = await served.settled()
    assert 3 == len([message for message in posted if "members of this team only" in words(message)])
    await served.command(ana.command("/whichops", "private how do I get repo access?"))
    *_, private = await served.settled()
    assert "U0ANA" == private.only and "members of this team only" not in words(private)
    await served.interact(ana.press(private, "Share with the channel"))
    *_, shared = await served.settled()
    assert "members of this team only" in words(shared)


@pytest.mark.parametrize("grid", [False, True], ids=["workspace", "organisation"])
async def test_a_guest_gets_no_onboarding_by_a_button_or_a_form(
    served: Served, slack: Slack, ana: Person, grid: bool
) -> None:
    guest = Person(slack, "U0GUEST")
    abroad: Json = {"user": {"id": "U0GUEST", "team_id": "T0OTHER"}}
    abroad |= {"enterprise": {"id": "E0ORG"}} if grid else {}
    event = ana.say(f"<@{BOT}> help")[1][0] | {"is_ext_shared_channel": True}
    await served.event(event)
    (helped,) = await served.settled()
    press = guest.press(helped, next(each for each in labels(helped) if "week" in each.lower()))
    await served.interact(press | abroad)
    assert "members of this team only" in words((await served.settled())[-1])
    await served.interact(guest.shortcut(helped) | abroad)
    await served.interact(guest.submit(next(iter(slack.views.values())), question="how do I get repo access?") | abroad)
    assert "members of this team only" in words((await served.settled())[-1])


@pytest.mark.parametrize("known", [True, False], ids=["Slack tells", "Slack can't be asked"])
async def test_after_a_restart_a_guest_is_still_one(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person, known: bool
) -> None:
    guest = Person(slack, "U0GUEST")
    abroad: Json = {"user": {"id": "U0GUEST", "team_id": "T0OTHER"}, "enterprise": {"id": "E0ORG"}}
    slack.channels["C0OPS"].shared = True
    async with serving(knowledge, database, slack) as served:
        await served.event(ana.say(f"<@{BOT}> help")[1][0])
        (helped,) = await served.settled()
    if not known:
        slack.script("conversations.info", Refuse("missing_scope"), Refuse("missing_scope"))
    async with serving(knowledge, database, slack) as served:
        press = guest.press(helped, next(each for each in labels(helped) if "week" in each.lower()))
        await served.interact(press | abroad)
        assert "members of this team only" in words((await served.settled())[-1])
        await served.command(ana.command("/whichops", "how do I get repo access?"))
        assert "members of this team only" in words((await served.settled())[-1])
        assert 1 == len(slack.called("conversations.info"))


async def test_a_channel_of_our_own_hears_of_onboarding_and_slack_is_asked_once(
    served: Served, slack: Slack, ana: Person
) -> None:
    for _ in range(2):
        await served.command(ana.command("/whichops", "how do I get repo access?"))
        assert "members of this team only" not in words((await served.settled())[-1])
    assert 1 == len(slack.called("conversations.info"))


async def test_a_slack_that_does_not_say_whether_a_channel_is_shared_is_not_waited_for(
    served: Served, slack: Slack, ana: Person
) -> None:
    slack.script("conversations.info", Hang(5), Broken(500))
    begun = time.perf_counter()
    for _ in range(2):
        assert 200 == (await served.command(ana.command("/whichops", "how do I get repo access?"))).status
        assert "members of this team only" in words((await served.settled())[-1])
    assert 3 > time.perf_counter() - begun
    await served.events(ana.say(f"<@{BOT}> what is MLOps?")[1])  # its event tells
    await served.command(ana.command("/whichops", "how do I get repo access?"))
    assert "members of this team only" not in words((await served.settled())[-1])


async def test_two_workspaces_with_the_same_ids_never_mix(knowledge: Knowledge, database: str, slack: Slack) -> None:
    key = Fernet.generate_key().decode()
    slack.tokens["xoxb-fake-2"] = Install("T0TWO")
    oauth = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s" * 32, "SLACK_ENCRYPTION_KEY": key}
    several = options(slack, socket=False, SLACK_BOT_TOKEN="", SLACK_SIGNING_SECRET=SECRET, **oauth)
    async with serving(knowledge, database, slack, options_=several) as served:
        installs = Installs(served.store, Seal(key))
        for tenant, token in ((TEAM, TOKEN), ("T0TWO", "xoxb-fake-2")):
            await installs.keep(Installed(tenant, token, BOT, "B0BOT", team=tenant, at=1.0))
        root, events = Person(slack).say(f"<@{BOT}> DevOps vs MLOps?")
        await served.events(events)
        _, (event, _) = Person(slack, team="T0TWO").say(f"<@{BOT}> and AIOps?", thread=root.ts)
        await served.event(event)
        nobody = Person(slack, team="T0NOBODY").say(f"<@{BOT}> what is MLOps?")[1][0]
        assert 200 == await served.event(nobody)
        first, second = await served.settled()
        assert [TEAM, "T0TWO"] == [first.team, second.team]
        assert "DevOps" not in words(second)[:40]  # the other workspace's thread of the same name is not gone on with
        telling = await served.command(Person(slack, team="T0NOBODY").command("/whichops", "help"))
        assert "not fully installed" in telling.json["text"]


async def test_a_workspace_that_takes_the_app_away_is_forgotten(served: Served, slack: Slack, ana: Person) -> None:
    await served.events(ana.say(f"<@{BOT}> what is MLOps?")[1])
    (answer,) = await served.settled()
    place = Place("slack", TEAM, "C0OPS", answer.thread_ts)
    gone = ana.envelope({"type": "app_uninstalled"})
    assert 200 == await served.event(gone)  # the token still lives: it was installed again
    assert await served.store.peek(place)
    slack.tokens.clear()
    assert 200 == await served.event(gone)
    assert None is await served.store.peek(place)
    assert ["slack_token"] == served.app.warnings()


# Commands ---------------------------------------------------------------------------------
@pytest.mark.parametrize("served", [False, True], ids=["http", "socket"], indirect=True)
async def test_roadmap_in_a_channel_opens_a_thread(served: Served, ana: Person) -> None:
    answer = await served.command(ana.command("/roadmap"))
    assert (200, "") == (answer.status, answer.text)
    opening, *cards = await served.settled()
    assert "" == opening.thread_ts
    assert "<@U0ANA>" in opening.text
    assert {opening.ts} == {card.thread_ts for card in cards}
    assert "Question 1 of 7" in words(cards[-1])


async def test_the_same_command_twice_opens_one_thread(served: Served, ana: Person) -> None:
    form = ana.command("/roadmap")
    await asyncio.gather(*(served.command(form) for _ in range(4)))
    assert 1 == len([message for message in await served.settled() if not message.thread_ts])


async def test_where_we_are_no_member_it_goes_on_directly_and_says_so(
    served: Served, slack: Slack, ana: Person
) -> None:
    slack.channels["C0ELSE"] = Room("C0ELSE", {"U0ANA"})
    for channel in ("C0ELSE", "C0UNKNOWN"):
        before = len(slack.sent)
        assert 200 == (await served.command(ana.command("/roadmap", channel=channel))).status
        opening, told, *cards = (await served.settled())[before:]
        assert ("U0ANA", channel) == (told.only, told.channel)
        assert "written to you directly" in told.text
        assert "<@U0ANA>" in opening.text
        assert {(slack.direct("U0ANA"), opening.ts)} == {(card.channel, card.thread_ts) for card in cards}
        state = await served.store.peek(Place("slack", TEAM, slack.direct("U0ANA"), opening.ts))
        assert state is not None and state.owner == "U0ANA"


async def test_in_the_direct_conversation_a_command_needs_no_opening(served: Served, slack: Slack, ana: Person) -> None:
    assert "" == (await served.command(ana.command("/roadmap", channel=slack.direct("U0ANA")))).text
    assert ["", ""] == [message.thread_ts for message in await served.settled()]


async def test_a_question_by_command_is_shown_and_cannot_ping_or_link(served: Served, ana: Person) -> None:
    nasty = "what is MLOps? <!channel> <@U0BEN> https://evil.example *loud*"
    await served.command(ana.command("/whichops", nasty.replace("<", "&lt;").replace(">", "&gt;")))
    opening, answer = await served.settled()
    assert "&lt;!channel&gt;" in opening.text
    assert "<!channel" not in opening.text and "<@U0BEN" not in opening.text
    parts = [part for section in opening.blocks[0]["elements"] for part in section["elements"]]
    assert [{"type": "user", "user_id": "U0ANA"}] == [part for part in parts if part["type"] != "text"]
    assert not any("style" in part for part in parts)
    assert opening.ts == answer.thread_ts
    assert "MLOps" in words(answer)


async def test_help_is_for_the_one_who_asks(served: Served, ana: Person) -> None:
    await served.command(ana.command("/whichops", "help"))
    (told,) = await served.settled()
    assert ("U0ANA", "") == (told.only, told.thread_ts)


async def test_in_a_thread_the_commands_are_words(served: Served, ana: Person) -> None:
    root, events = ana.say(f"<@{BOT}> Roadmap")
    said = []
    for each in (events, *(ana.say(f"<@{BOT}> {word}", thread=root.ts)[1] for word in ("status", "help", "stop"))):
        before = len(served.slack.sent)
        await served.events(each)
        said.append(" ".join(words(message) for message in (await served.settled())[before:]))
    assert "Question 1 of 7" in said[0] and "Question 1 of 7" in said[1]
    assert "I answer questions about" in said[2]
    assert "deleted your answers" in said[3]


async def test_stop_by_command_stops_the_roadmap_in_its_thread(served: Served, ana: Person) -> None:
    await served.command(ana.command("/roadmap"))
    opening, *_ = await served.settled()
    answer = await served.command(ana.command("/roadmap", "stop"))
    assert "thread of your roadmap" in answer.json["text"]
    *_, stopped = await served.settled()
    assert opening.ts == stopped.thread_ts
    assert "deleted your answers" in words(stopped)
    state = await served.store.peek(Place("slack", TEAM, "C0OPS", opening.ts))
    assert state is not None and state.interview is None


async def test_a_slow_slack_is_no_reason_to_keep_anybody_waiting(served: Served, slack: Slack, ana: Person) -> None:
    slack.script("chat.postMessage", Hang(2.6))
    begun = time.perf_counter()
    answer = await served.command(ana.command("/roadmap"))
    assert 3 > time.perf_counter() - begun
    assert 200 == answer.status
    await served.until(lambda: len(slack.sent) >= 3)


# In private -------------------------------------------------------------------------------
async def test_a_private_answer_is_shared_with_credit(served: Served, slack: Slack, ana: Person) -> None:
    await served.command(ana.command("/whichops", "private what is MLOps?"))
    (private,) = await served.settled()
    assert "U0ANA" == private.only
    assert 200 == await served.interact(ana.press(private, "Share with the channel"))
    await served.settled()
    await served.until(lambda: private not in slack.posted)
    opening, answer = slack.sent
    assert "<@U0ANA>" in opening.text and "What MLOps is" in opening.text
    assert opening.ts == answer.thread_ts
    assert "Share with the channel" not in labels(answer)


async def test_the_last_private_answer_can_be_shared_by_word(served: Served, ana: Person) -> None:
    assert "no private answer" in (await served.command(ana.command("/whichops", "share"))).json["text"]
    await served.command(ana.command("/whichops", "private what is MLOps?"))
    await served.settled()
    assert "Shared." == (await served.command(ana.command("/whichops", "share"))).json["text"]
    assert 2 == len([message for message in await served.settled() if not message.only])


async def test_a_private_question_works_where_we_are_no_member(served: Served, slack: Slack, ana: Person) -> None:
    slack.channels["C0ELSE"] = Room("C0ELSE", {"U0ANA"})
    await served.command(ana.command("/whichops", "private what is MLOps?", channel="C0ELSE"))
    (answer,) = await served.settled()
    assert ("C0ELSE", "U0ANA") == (answer.channel, answer.only)
    assert answer.asked.get("response_url")
    assert 200 == await served.interact(ana.press(answer, "Share with the channel"))
    told = await served.until(lambda: slack.sent[1:])
    assert "can't write there" in told[0].text
    assert [] == [message for message in slack.sent if not message.only]


async def test_what_slack_lets_nobody_share_is_said_and_leaves_nothing(
    served: Served, slack: Slack, ana: Person
) -> None:
    await served.command(ana.command("/whichops", "private what is MLOps?"))
    (private,) = await served.settled()
    slack.script("conversations.info", Refuse("missing_scope"))
    slack.script("chat.postMessage", Refuse("not_in_channel"))
    await served.interact(ana.press(private, "Share with the channel"))
    told = await served.until(lambda: [message for message in slack.sent if "can't write there" in message.text])
    assert ["U0ANA"] == [message.only for message in told]
    await served.settled()
    assert [] == [message for message in slack.sent if not message.only]


async def test_a_share_that_is_pressed_again_opens_one_thread(served: Served, slack: Slack, ana: Person) -> None:
    await served.command(ana.command("/whichops", "private what is MLOps?"))
    (private,) = await served.settled()
    press = ana.press(private, "Share with the channel")
    await asyncio.gather(*(served.interact(press) for _ in range(3)))
    opening, answer = [message for message in await served.settled() if not message.only]
    assert opening.ts == answer.thread_ts


async def test_a_private_roadmap_runs_by_clicks_and_its_cards_settle(
    served: Served, catalog: Catalog, ana: Person
) -> None:
    await served.command(ana.command("/whichops", "private roadmap"))
    *_, card = await served.settled()
    (question,) = list(catalog.roadmap.questions.values())[:1]
    first = next(iter(question.options.values())).label
    await served.interact(ana.press(card, first))
    await served.until(lambda: card.edits)
    assert f"You chose {first}".replace(" ", "") in words(card).replace("*", "").replace(" ", "")
    assert {"U0ANA"} == {message.only for message in await served.settled()}


async def test_a_channel_that_wants_privacy_gets_it(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    async with serving(ruled(knowledge, C0OPS=Channel(private=True)), database, slack) as served:
        await served.events(ana.say(f"<@{BOT}> what is MLOps?")[1])
        (answer,) = await served.settled()
        assert "U0ANA" == answer.only
        assert "Share with the channel" in labels(answer)


# Channels ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "mentioned", "sure"), [("mention-only", 1, 0), ("helpful", 1, 1), ("shadow", 0, 0), ("silent", 0, 0)]
)
async def test_a_channel_is_spoken_in_as_its_admin_wants(
    knowledge: Knowledge, database: str, mode: str, mentioned: int, sure: int
) -> None:
    rules = ruled(knowledge, C0OPS=Channel.model_validate({"mode": mode}))
    async with Slack() as slack, serving(rules, database, slack) as served:
        counts = []
        for text in (f"<@{BOT}> what is MLOps?", "what is AIOps?", "I like AIOps", "who wants pizza?"):
            before = len(slack.sent)
            await served.events(Person(slack).say(text)[1])
            counts.append(len(await served.settled()) - before)
    assert [mentioned, sure, 0, 0] == counts


@pytest.mark.parametrize("rule", [{"mode": "shadow"}, {"mode": "silent"}, {"private": True}], ids=str)
async def test_where_nothing_is_to_be_said_aloud_a_command_is_answered_alone(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person, rule: Json
) -> None:
    async with serving(ruled(knowledge, C0OPS=Channel.model_validate(rule)), database, slack) as served:
        await served.command(ana.command("/whichops", "what is MLOps?"))
        (answer,) = await served.settled()
        await served.command(ana.command("/roadmap"))
        about, _ = ana.say("what about AIOps?")
        await served.interact(ana.shortcut(about))
        await served.interact(ana.submit(next(iter(slack.views.values()))))
        posted = await served.settled()
        assert 5 <= len(posted) and {"U0ANA"} == {message.only for message in posted}
        assert ("private" in rule) == ("Share with the channel" in labels(answer))
        by_word = (await served.command(ana.command("/whichops", "share"))).json["text"]
        assert ("Shared." if "private" in rule else "say nothing aloud") in by_word
        aloud = [message for message in await served.settled() if not message.only]
        assert (2 if "private" in rule else 0) == len(aloud)


async def test_a_person_who_is_asked_for_is_called_in_the_thread(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    rules = {"places": {"slack": {"C0OPS": {"expert": "@amira"}}}, "people": {"slack": {"@amira": "U0AMIRA"}}}
    channels = Channels.model_validate(rules)
    called = Knowledge(knowledge.catalog.model_copy(update={"channels": channels}), knowledge.matcher)
    async with serving(called, database, slack) as served:
        root, events = ana.say(f"<@{BOT}> what is MLOps?")
        await served.events(events)
        (answer,) = await served.settled()
        await served.interact(ana.press(answer, "Not helpful"))
        _, asked = await served.settled()
        assert "U0ANA" == asked.only
        await served.interact(ana.press(asked, "Ask a human"))
        *_, call = await served.settled()
        assert (root.ts, "") == (call.thread_ts, call.only)
        assert {"type": "user", "user_id": "U0AMIRA"} in call.blocks[0]["elements"][0]["elements"]


async def test_an_invitation_gets_one_line(served: Served, slack: Slack, ana: Person) -> None:
    event = ana.envelope({"type": "member_joined_channel", "user": BOT, "channel": "C0OPS", "inviter": "U0ANA"})
    await served.events([event, event])
    (hello,) = await served.settled()
    assert ("C0OPS", "", "") == (hello.channel, hello.thread_ts, hello.only)
    assert "/roadmap" in words(hello)


async def test_who_joins_is_greeted_once_and_only_where_that_is_wanted(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    slack.channels["C0NEW"] = Room("C0NEW", {BOT, "U0ANA"})

    def joined(channel: str) -> Json:
        event = {"type": "member_joined_channel", "user": "U0ANA", "team": TEAM, "channel": channel, "event_ts": "1.2"}
        return ana.envelope(event)

    async with serving(ruled(knowledge, C0NEW=Channel(welcome=True)), database, slack) as served:
        await served.events([joined("C0OPS"), joined("C0NEW"), joined("C0NEW")])
        (greeting,) = await served.settled()
        assert ("C0NEW", "U0ANA") == (greeting.channel, greeting.only)


async def test_who_joins_the_workspace_is_greeted_directly_where_that_is_wanted(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    event = ana.envelope({"type": "team_join", "user": {"id": "U0ANA", "team_id": TEAM}})
    async with serving(greeting(knowledge), database, slack) as served:
        await served.events([event, event])
        (hello,) = await served.settled()
        assert slack.direct("U0ANA") == hello.channel


def greeting(knowledge: Knowledge) -> Knowledge:
    """The same knowledge, where newcomers are to be greeted."""
    channels = Channels(welcome=True, places={"slack": {"C0OPS": Channel(welcome=True)}})
    return Knowledge(knowledge.catalog.model_copy(update={"channels": channels}), knowledge.matcher)


async def test_who_does_not_want_to_be_greeted_is_not_until_they_do_or_are_forgotten(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    def joined(channel: str) -> Json:
        slack.channels[channel] = Room(channel, {BOT, "U0ANA"})
        return ana.envelope({"type": "member_joined_channel", "user": "U0ANA", "team": TEAM, "channel": channel})

    rooms = {name: Channel(welcome=True) for name in ("C0ONE", "C0TWO", "C0THREE", "C0FOUR")}
    channels = Channels(welcome=True, places={"slack": rooms})
    wanted = Knowledge(knowledge.catalog.model_copy(update={"channels": channels}), knowledge.matcher)
    async with serving(wanted, database, slack) as served:
        await served.event(joined("C0ONE"))
        (hello,) = await served.settled()
        await served.interact(ana.press(hello, "Don't greet me"))
        _, told = await served.settled()
        assert "U0ANA" == told.only and "won't greet you again" in words(told)
        await served.event(joined("C0TWO"))
        await served.event(ana.envelope({"type": "team_join", "user": {"id": "U0ANA", "team_id": TEAM}}))
        assert 2 == len(await served.settled())
        await served.command(ana.command("/whichops", "greet me again"))
        await served.event(joined("C0THREE"))
        assert "C0THREE" == (await served.settled())[-1].channel
        await served.command(ana.command("/whichops", "Don\u2019t greet me."))
        assert await served.store.ungreeted(f"slack/{TEAM}", "U0ANA")
        await served.store.forget(f"slack/{TEAM}", "U0ANA")
        assert not await served.store.ungreeted(f"slack/{TEAM}", "U0ANA")
        assert {"U0ANA"} == {message.only for message in await served.settled()}


async def test_in_a_channel_that_asked_for_quiet_nobody_is_greeted(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person, ben: Person
) -> None:
    async with serving(greeting(knowledge), database, slack) as served:
        await served.events(ben.say(f"<@{BOT}> mute here")[1])
        joined = {"type": "member_joined_channel", "team": TEAM, "channel": "C0OPS", "inviter": "U0BEN"}
        await served.events([ana.envelope(joined | {"user": each}) for each in ("U0ANA", BOT)])
        assert 1 == len(await served.settled())


# Cards, modals, Home ----------------------------------------------------------------------
async def test_an_answered_card_shows_what_was_chosen(served: Served, catalog: Catalog, ana: Person) -> None:
    await served.command(ana.command("/roadmap"))
    *_, card = await served.settled()
    (question,) = list(catalog.roadmap.questions.values())[:1]
    first = next(iter(question.options.values())).label
    await served.interact(ana.press(card, first))
    await served.until(lambda: card.edits)
    assert [] == labels(card)
    assert first in words(card)


async def test_thumbs_are_noted_and_thanked_for_in_private(served: Served, ana: Person) -> None:
    await served.events(ana.say(f"<@{BOT}> what is MLOps?")[1])
    (answer,) = await served.settled()
    await served.interact(ana.press(answer, "Helpful"))
    *_, thanks = await served.settled()
    assert "U0ANA" == thanks.only
    assert 0 == answer.edits


async def test_a_message_is_asked_about_in_a_modal_and_answered_in_its_thread(
    served: Served, slack: Slack, ana: Person, ben: Person
) -> None:
    about, _ = ben.say("is MLOps just DevOps for models?")
    assert 200 == await served.interact(ana.shortcut(about))
    (view,) = slack.views.values()
    assert 200 == await served.interact(ana.submit(view, question="DevOps vs MLOps?"))
    asked, answer = await served.settled()
    assert [about.ts, about.ts] == [asked.thread_ts, answer.thread_ts]
    assert "<@U0ANA>" in asked.text and "DevOps vs MLOps?" in asked.text


async def test_a_modal_about_a_message_out_of_reach_is_answered_directly(
    served: Served, slack: Slack, ana: Person
) -> None:
    slack.channels["C0ELSE"] = Room("C0ELSE", {"U0ANA"})
    about, _ = ana.say("hm", channel="C0ELSE")
    await served.interact(ana.shortcut(about))
    (view,) = slack.views.values()
    await served.interact(ana.submit(view, question="what is MLOps?"))
    asked, answer = await served.settled()
    assert {slack.direct("U0ANA")} == {asked.channel, answer.channel}
    assert asked.ts == answer.thread_ts


async def test_the_global_shortcut_is_answered_directly(served: Served, slack: Slack, ana: Person) -> None:
    await served.interact(ana.shortcut())
    (view,) = slack.views.values()
    await served.interact(ana.submit(view, question="what is MLOps?"))
    (answer,) = await served.settled()
    assert slack.direct("U0ANA") == answer.channel


async def test_home_shows_ones_roadmaps_and_starts_one(served: Served, slack: Slack, ana: Person) -> None:
    def opened(tab: str) -> Json:
        channel = slack.direct("U0ANA")
        return ana.envelope({"type": "app_home_opened", "user": "U0ANA", "channel": channel, "tab": tab})

    await served.event(opened("home"))
    home = await served.until(lambda: slack.homes.get("U0ANA"))
    assert "You have none yet" in str(home)
    await served.command(ana.command("/roadmap"))
    opening, *_ = await served.settled()
    slack.homes.clear()
    await served.event(opened("home"))
    home = await served.until(lambda: slack.homes.get("U0ANA"))
    assert "0 of 7 questions answered" in str(home)
    assert f"https://acme.example/archives/C0OPS/p{opening.ts.replace('.', '')}" in str(home)


async def test_a_press_on_home_is_answered_directly(served: Served, slack: Slack, ana: Person) -> None:
    channel = slack.direct("U0ANA")
    await served.event(ana.envelope({"type": "app_home_opened", "user": "U0ANA", "channel": channel, "tab": "home"}))
    home = await served.until(lambda: slack.homes.get("U0ANA"))
    shown = Posted(channel, "1.000001", BOT, blocks=[{"block_id": f"b{n}"} | b for n, b in enumerate(home["blocks"])])
    press = ana.press(shown, "Start my roadmap") | {"container": {"type": "view", "view_id": home["id"]}, "view": home}
    for name in ("channel", "message", "response_url"):
        press.pop(name)
    await served.interact(press)
    assert {channel} == {message.channel for message in await served.settled()}


async def test_the_messages_tab_greets_once(served: Served, slack: Slack, ana: Person) -> None:
    channel = slack.direct("U0ANA")
    event = ana.envelope({"type": "app_home_opened", "user": "U0ANA", "channel": channel, "tab": "messages"})
    await served.event(event)
    await served.settled()
    await served.event(ana.direct("what is MLOps?")[1][0])
    await served.event(ana.envelope(event["event"]))
    assert 2 == len(await served.settled())


async def test_a_direct_message_needs_no_mention_and_gets_no_thread(served: Served, ana: Person) -> None:
    assert 200 == await served.event(ana.direct("what is MLOps?")[1][0])
    (answer,) = await served.settled()
    assert "" == answer.thread_ts


# Delivery ---------------------------------------------------------------------------------
async def test_blocks_a_workspace_does_not_know_are_drawn_simply_from_then_on(
    served: Served, slack: Slack, ana: Person
) -> None:
    slack.script("chat.postMessage", Refuse("invalid_blocks"))
    await served.events(ana.say(f"<@{BOT}> DevOps vs MLOps?")[1])
    await served.events(ana.say(f"<@{BOT}> DevOps vs MLOps?")[1])
    answers = await served.settled()
    assert 3 == len(slack.called("chat.postMessage"))
    assert set() == {block["type"] for each in answers for block in each.blocks} & {"table", "rich_text"}


async def test_a_rate_limit_is_waited_out_and_the_order_kept(served: Served, slack: Slack, ana: Person) -> None:
    slack.script("chat.postMessage", RateLimited(1))
    root, events = ana.say(f"<@{BOT}> what is MLOps?")
    begun = time.monotonic()
    await served.events(events)
    await served.events(ana.say(f"<@{BOT}> what is AIOps?", thread=root.ts)[1])
    first, second = await served.settled()
    assert 0.95 < time.monotonic() - begun
    assert ["What MLOps is", "What AIOps is"] == [words(each)[:13] for each in (first, second)]
    assert 3 == len(slack.called("chat.postMessage"))


@pytest.mark.parametrize("fault", [Broken(500), Broken(503), Refuse("internal_error")], ids=str)
async def test_what_passes_is_tried_again(served: Served, slack: Slack, ana: Person, fault: Broken | Refuse) -> None:
    slack.script("chat.postMessage", fault)
    await served.events(ana.say(f"<@{BOT}> what is MLOps?")[1])
    assert 1 == len(await served.settled())


@pytest.mark.parametrize("error", ["channel_not_found", "is_archived", "not_in_channel", "account_inactive"])
async def test_what_cannot_work_is_given_up_at_once_and_said(
    served: Served, slack: Slack, ana: Person, error: str, capfd: pytest.CaptureFixture[str]
) -> None:
    slack.script("chat.postMessage", Refuse(error))
    await served.events(ana.say(f"<@{BOT}> what is MLOps?")[1])
    await served.until(lambda: served.app.sender.given_up)
    assert 1 == await served.store.parked()
    assert 1 == len(slack.called("chat.postMessage"))
    assert ["slack_undelivered"] == served.app.warnings()


@pytest.mark.parametrize("direct", [False, True], ids=["channel", "direct"])
async def test_a_post_that_came_through_after_all_is_not_posted_again(
    served: Served, slack: Slack, ana: Person, direct: bool
) -> None:
    slack.script("chat.postMessage", Broken(500, done=True))
    await served.events((ana.direct("what is MLOps?") if direct else ana.say(f"<@{BOT}> what is MLOps?"))[1])
    assert 1 == len(await served.settled())


# Socket Mode ------------------------------------------------------------------------------
async def test_a_websocket_that_slack_closes_is_opened_again(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    async with serving(knowledge, database, slack, socket=True) as served:
        await slack.socket_mode.disconnect()
        await slack.socket_mode.connected(2)
        assert 200 == await served.event(ana.say(f"<@{BOT}> what is MLOps?")[1][0])
        assert 1 == len(await served.settled())


async def test_with_socket_mode_no_door_is_open(knowledge: Knowledge, database: str, slack: Slack) -> None:
    async with serving(knowledge, database, slack, socket=True) as served:
        answer = await served.door.event({"type": "url_verification", "challenge": "x"})
        assert 404 == answer.status


async def test_what_the_store_cannot_take_is_not_acknowledged(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*given: object, **more: object) -> None:
        raise StoreError("away")

    async with serving(knowledge, database, slack, socket=True) as served:
        _, (event, _) = ana.say(f"<@{BOT}> what is MLOps?")
        with monkeypatch.context() as patch:
            patch.setattr(served.store, "turn", away)
            assert None is await slack.socket_mode.send("events_api", event, seconds=0.3)
        assert 200 == await served.event(event, retry=1)
        assert 1 == len(await served.settled())


async def test_a_websocket_that_breaks_without_a_word_is_opened_again(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person
) -> None:
    async with serving(knowledge, database, slack, socket=True) as served:
        await slack.socket_mode.close()
        await slack.socket_mode.connected(2)
        assert 200 == await served.event(ana.say(f"<@{BOT}> what is MLOps?")[1][0])
        await served.until(lambda: not served.app.warnings())


async def test_a_client_that_stays_dead_is_made_anew(
    knowledge: Knowledge, database: str, slack: Slack, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[SocketModeClient] = []
    real = SocketModeClient.is_connected

    async def is_connected(client: SocketModeClient) -> bool:
        return client not in lost and await real(client)

    monkeypatch.setattr(SocketModeClient, "is_connected", is_connected)
    monkeypatch.setattr(slack_app, "DEAD", 0.2)
    monkeypatch.setattr(slack_app, "WATCH", 0.02)
    async with serving(knowledge, database, slack, socket=True) as served:
        await served.until(lambda: not served.app.warnings())
        assert served.app.socket is not None and served.app.socket._client is not None
        lost.append(served.app.socket._client)
        await served.until(lambda: ["slack_socket"] == list(served.app.warnings()))
        await slack.socket_mode.connected(2)
        await served.until(lambda: not served.app.warnings())
        assert 200 == await served.event(ana.say(f"<@{BOT}> what is MLOps?")[1][0])
