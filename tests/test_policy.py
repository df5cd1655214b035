"""How the bot behaves where: the admin's word, people who ask for quiet, and calling somebody who knows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import answers, commands, handoff, policy, voice
from bot.advisor import Advisor, Knowledge, Manner
from bot.catalog.load import load
from bot.catalog.schema import AnswerId, Catalog
from bot.chat import Message, Place, Reply, Text
from bot.cli import main
from bot.conversation import Conversation
from bot.errors import ContentError
from bot.store import Store
from tests.talk import AT, Talk, buttons

HERE = Place("slack", "T1", "C0HELPFUL", "1.0")
CHANNELS = """
default: mention-only
welcome: true
places:
  slack:
    C0HELPFUL:
      mode: helpful
      welcome: true
      expert: "@amira"
    C0SHADOW: {mode: shadow}
    C0SILENT: {mode: silent, private: true}
    C0PLAIN: {}
experts:
  mlops: "@jon"
people:
  slack:
    "@amira": U0AMIRA
"""


@pytest.fixture
def ours(overlay: Path, knowledge: Knowledge) -> Knowledge:
    (overlay / "channels.yaml").write_text(CHANNELS)
    return replace(knowledge, catalog=load(overlay))


@pytest.fixture
def advisor(ours: Knowledge, store: Store[Conversation]) -> Advisor:
    return Advisor(ours, store, ask_human="#platform-help")


@pytest.fixture
def ana(advisor: Advisor) -> Talk:
    return Talk(advisor, place=HERE)


def at(channel: str, platform: str = "slack") -> Place:
    return replace(HERE, channel=channel, platform=platform)


# The admin's word -------------------------------------------------------------------------
def test_as_shipped_it_speaks_only_when_spoken_to(catalog: Catalog) -> None:
    shipped = catalog.channels
    assert ("mention-only", False, {}, {}, {}) == (
        shipped.default,
        shipped.welcome,
        shipped.places,
        shipped.experts,
        shipped.people,
    )
    assert policy.Rule("mention-only") == policy.rule(catalog, HERE)


def test_a_channel_has_the_mode_it_was_given_and_else_the_default(ours: Knowledge) -> None:
    expected = {
        "C0HELPFUL": "helpful",
        "C0SHADOW": "shadow",
        "C0SILENT": "silent",
        "C0PLAIN": "mention-only",
        "C0OTHER": "mention-only",
    }
    assert expected == {name: policy.rule(ours.catalog, at(name)).mode for name in expected}
    assert "mention-only" == policy.rule(ours.catalog, at("C0SILENT", "teams")).mode
    assert "mention-only" == policy.rule(ours.catalog, replace(at("C0SILENT"), private=True)).mode


def test_newcomers_and_private_answers_are_as_the_admin_wants_them(ours: Knowledge) -> None:
    rules = {name: policy.rule(ours.catalog, at(name)) for name in ("C0HELPFUL", "C0PLAIN", "C0SILENT", "C0OTHER")}
    assert [True, False, False, False] == [rule.welcome for rule in rules.values()]
    assert [False, False, True, False] == [rule.private for rule in rules.values()]
    assert (True, {"slack": {"@amira": "U0AMIRA"}}) == (ours.catalog.channels.welcome, ours.catalog.channels.people)


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("default: loud\n", 1, "default", "mention-only"),
        ("places:\n  slack:\n    C0HELPFUL:\n      mode: shout\n", 4, "shout", "helpful"),
        ("places:\n  slack:\n    C0HELPFUL:\n      moed: helpful\n", 4, "moed", "mode"),
        ("places:\n  slack:\n    general: {mode: helpful}\n", 3, "general", "C0123456789"),
        ("places:\n  irc:\n    C0HELPFUL: {mode: helpful}\n", 2, "irc", "slack"),
        ("places:\n  slack:\n    C0HELPFUL:\n      welcome: often\n", 4, "welcome", "true or false"),
        ("places:\n  slack:\n    C0HELPFUL:\n      expert: amira\n", 4, "amira", "@"),
        ("places:\n  slack:\n    C0HELPFUL:\n      expert: '@here <!channel>'\n", 4, "<!channel>", "@"),
        ("experts:\n  mlopps: '@jon'\n", 2, "mlopps", "mlops"),
        ("experts:\n  mlops: '@jon'\npeople:\n  slack:\n    '@jon': jon\n", 5, "jon", "U0123456789"),
        ("experts:\n  mlops: '@jon'\npeople:\n  slack:\n    '@jom': U0123456\n", 5, "@jom", "@jon"),
        ("experts:\n  mlops: '#ops'\npeople:\n  slack:\n    '#ops': U0123456\n", 5, "#ops", "@amira"),
        ("experts: [mlops]\n", 1, "experts", "key: value"),
        ("people:\n  slack: [U0123456]\n", 2, "people.slack", "key: value"),
        ("experts:\n  mlops: '@jon'\npeople:\n  teams:\n    '@jon': jon\n", 5, "jon", "Entra"),
        ("places:\n  teams:\n    general: {mode: helpful}\n", 3, "general", "19:"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_fix(overlay: Path, text: str, line: int, what: str, fix: str) -> None:
    (overlay / "channels.yaml").write_text(text)
    with pytest.raises(ContentError) as refusal:
        load(overlay)
    (problem,) = refusal.value.problems
    assert ("channels.yaml", line) == (Path(problem.file).name, problem.line)
    assert what in problem.what
    assert fix in problem.fix


# Speaking unasked -------------------------------------------------------------------------
MANNERS: dict[str, Manner] = {"mention-only": "asked", "helpful": "helpful", "shadow": "shadow", "silent": "silent"}


async def unasked(advisor: Advisor, text: str, place: Place, id: str = "m1") -> tuple[Reply, ...]:
    """Say something to nobody in particular, as an adapter takes it."""
    manner = MANNERS[policy.rule(advisor.catalog, place).mode]
    return await advisor.handle(Message(id, place, "ana", text, False, AT), manner=manner)


async def test_a_helpful_channel_gets_sure_answers_to_questions_only(advisor: Advisor) -> None:
    replies = await unasked(advisor, "what is mlops?", HERE)
    assert ["What MLOps is"] == [reply.title for reply in replies]
    for number, said in enumerate(("best pizza in town?", "hello?", "lunch at noon", "/roadmap", "i like mlops")):
        assert () == await unasked(advisor, said, replace(HERE, thread=f"{number}.5"), f"q{number}")


@pytest.mark.parametrize("channel", ["C0PLAIN", "C0SILENT", "C0OTHER"])
async def test_other_channels_get_none(advisor: Advisor, store: Store[Conversation], channel: str) -> None:
    assert () == await unasked(advisor, "what is mlops?", at(channel))
    assert await store.peek(at(channel)) is None


async def test_a_shadowed_channel_gets_none_and_the_admin_reads_what_it_would_have_been(
    advisor: Advisor, store: Store[Conversation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert () == await unasked(advisor, "what is mlops?", at("C0SHADOW"))
    assert () == await unasked(advisor, "best pizza in town?", at("C0SHADOW"), "m2")
    assert await store.peek(at("C0SHADOW")) is None
    assert [("C0SHADOW", "define mlops", "what is mlops?")] == [
        (each.channel, each.answer, each.text) for each in await store.unsaid(AT)
    ]
    monkeypatch.setenv("WHICHOPS_DATABASE_URL", f"sqlite:///{tmp_path}/talk.db")
    told = await asyncio.to_thread(CliRunner().invoke, main, ["shadow", "report"])  # it runs a loop of its own
    expected = "2026-01-05 09:00  C0SHADOW      define mlops                  what is mlops?\n"
    assert (0, expected) == (told.exit_code, told.output)


# People ask for quiet ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mute", "unmute"), [("mute here", "unmute"), ("/mute", "/unmute"), ("Be quiet!", "Unmute here.")]
)
async def test_muted_means_only_when_mentioned_until_unmuted(
    advisor: Advisor, ana: Talk, mute: str, unmute: str
) -> None:
    assert "quiet in this channel" in await ana.hear(mute)
    other = replace(HERE, thread="2.0")
    assert await advisor.muted(other)
    assert () == await unasked(advisor, "what is mlops?", other)
    assert "What MLOps is" in await Talk(advisor, "ben", other).hear("what is mlops?")
    assert () == await unasked(advisor, "what is devops?", other, "m3")  # nor in a thread it speaks in
    assert "I'm back" in await ana.hear(unmute)
    assert not await advisor.muted(other)
    assert () != await unasked(advisor, "what is devops?", other, "m4")


async def test_silent_stays_silent_whatever_is_said(advisor: Advisor) -> None:
    for number, said in enumerate(("/unmute", "what is mlops?")):
        asked = Message(f"m{number}", at("C0SILENT"), "ana", said, True, AT)
        assert () == await advisor.handle(asked, manner=MANNERS[policy.rule(advisor.catalog, asked.place).mode])


async def test_mute_is_for_the_bot_and_for_channels(advisor: Advisor, ana: Talk, store: Store[Conversation]) -> None:
    assert () == await ana.say("mute here", addressed=False)
    private = Talk(advisor, place=replace(HERE, channel="D1", private=True))
    assert "nobody to disturb" in await private.hear("mute")
    assert not await store.muted(private.place)
    await ana.say("mute the alert for an hour")
    assert not await store.muted(HERE)


async def test_muting_one_workspace_leaves_the_others(advisor: Advisor, ana: Talk, store: Store[Conversation]) -> None:
    await ana.say("mute here")
    assert [True, False] == [await store.muted(place) for place in (HERE, replace(HERE, tenant="T2"))]


# Calling somebody -------------------------------------------------------------------------
def human(replies: tuple[Reply, ...]) -> str:
    """What the button to call somebody says; "" where there is none."""
    return next((button.says for button in buttons(replies) if button.says.startswith("/human")), "")


QUESTION = "why does <!channel> *my* frobnicator @ben not start, ann@example.org?"


async def test_a_refusal_offers_the_channels_expert_and_repeats_the_question_as_words(ana: Talk) -> None:
    says = human(await ana.say(QUESTION))
    assert says
    (called,) = await ana.say(says)
    first, quoted = (block for block in called.blocks if isinstance(block, Text))
    assert (("@amira",), ()) == (first.mentions, quoted.mentions)
    assert "thread" == called.audience
    assert called.plain.startswith("@amira, can you help")
    assert "frobnicator" in quoted.markdown
    assert [False] * 3 == [word in called.plain for word in ("@ben", "ann@example.org", "<!channel>")]
    assert "*my*" in called.plain  # shown as typed, drawn as no mark


async def test_a_topics_expert_comes_before_the_channels(ana: Talk) -> None:
    answer = await ana.say("what is mlops?")
    down = next(button.says for button in buttons(answer) if button.says.endswith(" down"))
    says = human(await ana.say(down))
    (called,) = await ana.say(says)
    assert called.plain.startswith("@jon, can you help")
    assert "What MLOps is" in called.plain


async def test_somebody_is_called_once_for_a_question(advisor: Advisor, ana: Talk) -> None:
    says = human(await ana.say(QUESTION))
    await ana.say(says)
    for who in ("ana", "ben"):
        (told,) = await Talk(advisor, who, HERE).say(says, as_id=f"again-{who}")
        assert ("asker", True) == (told.audience, "called for this already" in told.plain)


@pytest.mark.parametrize("place", [at("C0PLAIN"), replace(HERE, channel="D1", private=True)])
async def test_where_nobody_can_be_called_nobody_is(advisor: Advisor, place: Place) -> None:
    talk = Talk(advisor, place=place)
    refused = await talk.say("why does my frobnicator not start?")
    assert "" == human(refused)
    told = await talk.say("/human abcd help me")
    assert [("asker", ())] == [(reply.audience, reply.blocks[0].mentions) for reply in told]  # type: ignore[union-attr]
    assert "#platform-help" in told[0].plain


async def test_in_private_the_expert_is_named(advisor: Advisor, ours: Knowledge) -> None:
    talk = Talk(advisor, place=replace(HERE, channel="D1", private=True))
    await talk.say("what is mlops?")
    assert "@jon" in await talk.hear("why does my frobnicator not start?")


async def test_nobody_is_called_for_pizza_nor_by_a_guest(advisor: Advisor, ana: Talk) -> None:
    assert "" == human(await ana.say("best pizza in town"))
    asked = Message("g1", replace(HERE, thread="9.0"), "guest", QUESTION, True, AT)
    assert "" == human(await advisor.handle(asked, guest=True))
    forced = Message("g2", replace(HERE, thread="9.0"), "guest", "/human abcd hey", True, AT)
    (told,) = await advisor.handle(forced, guest=True)
    assert "asker" == told.audience


def test_a_long_question_is_cut_and_fits_a_button(ours: Knowledge) -> None:
    says = human((handoff.offered(ours.catalog, HERE, Reply(()), (), "ab12", "why\n " + "really " * 5000),))
    assert says.startswith("/human ab12 why really really")
    assert len(says) <= len("/human ab12 ") + handoff.WORDS


def test_commands_that_call_and_mute_are_read() -> None:
    read: dict[str, commands.Command] = {
        "/human ab12": commands.Human("ab12"),
        "/human ab12 what  is it?": commands.Human("ab12", "what is it?"),
        "/mute": commands.Mute(),
        "/unmute": commands.Mute(on=False),
        "/human": commands.Bad("human", "/human REF [WORDS]"),
    }
    assert read == {text: commands.parse(text) for text in read}


def test_every_sentence_about_people_and_channels_can_be_filled(catalog: Catalog) -> None:
    make: dict[str, Callable[[], str]] = {
        "human-call": lambda: voice.say(catalog, "human-call", whom="@amira"),
        "human-words": lambda: voice.say(catalog, "human-words", words="a [b](https://c) *d*"),
        "human-about": lambda: voice.say(catalog, "human-about", title=answers.title(catalog, AnswerId("compare"))),
    }
    assert all(make[key]() for key in make)
