"""The advisor as a whole, on a real database: what a person would notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.advisor import Advisor, Knowledge
from bot.catalog.schema import AnswerId
from bot.chat import Place, Table, Text
from bot.conversation import Conversation
from bot.matching.match import Candidate, Unsure
from bot.matching.matcher import Matcher
from bot.store import Store
from tests.talk import AT, HERE, Talk, blocks, buttons, choices


@pytest.fixture
def advisor(knowledge: Knowledge, store: Store[Conversation]) -> Advisor:
    return Advisor(knowledge, store, ask_human="#platform-help")


@pytest.fixture
def ana(advisor: Advisor) -> Talk:
    return Talk(advisor)


# Questions -------------------------------------------------------------------------------
async def test_a_comparison_then_a_follow_up_then_what_stays(ana: Talk) -> None:
    first = await ana.say("DevOps vs MLOps?")
    assert any(isinstance(block, Table) for block in blocks(first))
    second = await ana.say("and AIOps?")
    assert "AIOps" in second[0].title
    third = await ana.say("what stays the same then")
    assert third[0].title.startswith("What stays the same")


async def test_two_questions_get_two_answers(ana: Talk) -> None:
    replies = await ana.say("what is mlops and which tools do i need for it")
    assert [reply.title for reply in replies] == ["What MLOps is", "MLOps tools"]
    refs = {button.says.split()[1] for button in buttons(replies) if button.says.startswith("/explain")}
    assert len(refs) == 2


async def test_a_repeated_message_gets_the_same_replies_once(ana: Talk, store: Store[Conversation]) -> None:
    first = await ana.say("what is devops", as_id="same")
    again = await ana.say("what is devops", as_id="same")
    assert again == first
    kept = await store.peek(HERE)
    assert kept is not None
    assert len(kept.answered) == 1


async def test_what_is_not_said_to_us_stays_unanswered_and_unkept(ana: Talk, store: Store[Conversation]) -> None:
    assert await ana.say("what is devops", addressed=False) == ()
    assert await store.peek(HERE) is None


async def test_nonsense_is_declined_with_a_person_to_ask(ana: Talk) -> None:
    assert "#platform-help" in await ana.hear("best pizza in town")


async def test_an_unanswered_question_is_kept_without_names_and_numbers(ana: Talk, store: Store[Conversation]) -> None:
    await ana.say("mail the pizza order to ana@example.com or call 0171 2345678")
    gaps = await store.unanswered(AT)
    assert len(gaps) == 1
    assert "ana@example.com" not in gaps[0].text
    assert "2345678" not in gaps[0].text
    assert "pizza" in gaps[0].text


async def test_the_same_suggestions_are_never_shown_twice_and_the_question_is_noted(
    knowledge: Knowledge, store: Store[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    two = (Candidate(AnswerId("define", ("sre",)), "a", 0.5), Candidate(AnswerId("glossary:slo"), "b", 0.4))
    monkeypatch.setattr(Matcher, "match", lambda *_: (Unsure(two),))
    ana = Talk(Advisor(knowledge, store))
    offers = [button.says for button in buttons(await ana.say("targets or what"))]
    assert offers == ["/show define sre", "/show glossary:slo", "/none"]
    assert "/show glossary:slo" not in [button.says for button in buttons(await ana.say("targets or what"))]
    assert [(gap.reason, gap.count) for gap in await store.unanswered(AT)] == [("unknown", 1), ("unsure", 1)]


async def test_why_this_answer_explains_to_the_asker_alone(ana: Talk) -> None:
    replies = await ana.say("whats the difference between mlops and devops")
    explain = next(button.says for button in buttons(replies) if button.says.startswith("/explain"))
    told = await ana.say(explain)
    assert told[0].audience == "asker"
    assert "You chose it yourself" not in told[0].plain
    assert "DevOps" in told[0].plain
    assert "%" in told[0].plain


async def test_not_helpful_asks_for_the_reason_and_keeps_it(ana: Talk, store: Store[Conversation]) -> None:
    replies = await ana.say("what is devops")
    down = next(button.says for button in buttons(replies) if button.says.endswith(" down"))
    reasons = await ana.say(down)
    outdated = next(button.says for button in buttons(reasons) if button.says.endswith(" outdated"))
    await ana.say(outdated)
    opinions = await store.feedback(AT)
    assert [(each.answer, each.up, each.down) for each in opinions] == [("define devops", 0, 1)]
    assert opinions[0].reasons == ("outdated",)


async def test_feedback_on_an_unknown_answer_is_told_kindly(ana: Talk) -> None:
    replies = await ana.say("/feedback nope up")
    assert replies[0].audience == "asker"


@pytest.mark.parametrize("text", ["/nonsense", "/show nothing", "/show facet:tools", "/show define pizza", "/answer"])
async def test_a_wrong_command_gets_a_kind_line(ana: Talk, text: str) -> None:
    assert len(await ana.hear(text)) > 20


async def test_a_fault_in_thinking_becomes_an_apology_with_a_reference(
    knowledge: Knowledge, store: Store[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("bot.conversation.decide", broken)
    monkeypatch.setattr("bot.advisor.decide", broken)
    replies = await Talk(Advisor(knowledge, store)).say("what is devops")
    assert "reference" in replies[0].plain
    assert "boom" not in replies[0].plain
    monkeypatch.undo()
    assert "DevOps" in await Talk(Advisor(knowledge, store)).hear("what is devops")


# The interview ---------------------------------------------------------------------------
WORDS = (
    "i'm a developer",
    "we want to ship faster",
    "we deploy by hand",
    "just some APIs",
    "there are five of us",
    "around 5 hours",
    "three months",
)


async def test_the_interview_runs_by_words_only(ana: Talk) -> None:
    await ana.say("roadmap please, interview me")
    await ana.say("/roadmap")
    for said in WORDS[:-1]:
        assert "Question" in await ana.hear(said)
    assert "Make my roadmap" in await ana.hear(WORDS[-1])
    assert "Start with DevOps." in await ana.hear("yes, make the plan")


async def test_the_interview_runs_by_buttons_only(ana: Talk) -> None:
    replies = await ana.say("/roadmap")
    for _ in range(7):
        several = choices(replies)
        if several:
            replies = await ana.say(f"{several.says} {several.options[0].id}")
        else:
            answer = next(button.says for button in buttons(replies) if button.says.startswith("/answer"))
            replies = await ana.say(answer)
    make = next(button for button in buttons(replies) if button.style == "primary")
    replies = await ana.say(make.says)
    tables = [block for block in blocks(replies) if isinstance(block, Table)]
    assert replies[0].title == "Your roadmap: DevOps first"
    assert "from 2026-01-05" in replies[1].plain
    assert "Map of the field" in tables[-1].rows[0][1]


async def test_a_question_in_mid_interview_is_answered_and_the_open_one_shown_again(ana: Talk) -> None:
    await ana.say("/roadmap")
    await ana.say("developer")
    replies = await ana.say("what is mlops?")
    assert [reply.title for reply in replies] == ["What MLOps is", "Question 2 of 7"]


async def test_only_the_owner_answers(advisor: Advisor, ana: Talk, store: Store[Conversation]) -> None:
    await ana.say("/roadmap")
    ben = Talk(advisor, "ben")
    for text in ("/answer role developer", "/back", "/stop", "/roadmap"):
        told = await ben.say(text)
        assert told[0].audience == "asker"
        assert "belongs to someone else" in told[0].plain
    kept = await store.peek(HERE)
    assert kept is not None
    assert kept.interview is not None
    assert kept.interview.owner == "ana"
    assert kept.interview.answers == {}


async def test_someone_elses_question_is_answered_without_the_interview(advisor: Advisor, ana: Talk) -> None:
    await ana.say("/roadmap")
    replies = await Talk(advisor, "ben").say("what is mlops?")
    assert [reply.title for reply in replies] == ["What MLOps is"]


async def test_an_unaddressed_answer_of_the_owner_is_taken(ana: Talk) -> None:
    await ana.say("/roadmap")
    assert (await ana.say("developer", addressed=False))[-1].title == "Question 2 of 7"
    assert await ana.say("lunch anyone", addressed=False) == ()


async def test_back_change_skip_pause_resume_and_stop(ana: Talk, store: Store[Conversation]) -> None:
    await ana.say("/roadmap")
    await ana.say("developer")
    assert (await ana.say("back"))[-1].title == "Question 1 of 7"
    await ana.say("skip")
    assert (await ana.say("/pause"))[-1].plain.startswith("Paused")
    assert "DevOps" in await ana.hear("what is devops")
    assert (await ana.say("/resume"))[-1].title == "Question 2 of 7"
    await ana.say("/stop")
    kept = await store.peek(HERE)
    assert kept is not None
    assert kept.interview is None


async def test_typed_words_work_while_paused_and_after_the_plan(ana: Talk) -> None:
    await ana.say("/roadmap")
    await ana.say("developer")
    await ana.say("pause")
    assert (await ana.say("resume"))[-1].title == "Question 2 of 7"
    for said in WORDS[1:]:
        await ana.say(said)
    await ana.say("make the plan")
    assert (await ana.say("change my goal"))[-1].title == "Question 2 of 7"


async def test_a_close_call_asks_one_more_question_and_says_so(ana: Talk) -> None:
    replies = await ana.say("/roadmap")
    for given in ("role", "goal", "delivery automated-to-prod", "runs data-pipelines", "team", "hours", "horizon"):
        replies = await ana.say(f"/answer {given}")
    assert replies[-1].title == "One extra question"
    await ana.say(next(button.says for button in buttons(replies) if button.says.startswith("/answer")))
    assert "close call" in await ana.hear("/plan")


async def test_what_cant_be_read_in_mid_interview_gets_one_line_and_the_question_again(
    ana: Talk, store: Store[Conversation]
) -> None:
    await ana.say("/roadmap")
    replies = await ana.say("purple elephants")
    assert [len(reply.blocks) for reply in replies[:1]] == [1]
    assert replies[-1].title == "Question 1 of 7"
    assert await store.unanswered(AT) == ()


async def test_a_finished_roadmap_is_deleted_only_when_stop_is_said_twice(
    ana: Talk, store: Store[Conversation]
) -> None:
    await ana.say("/roadmap")
    for said in WORDS:
        await ana.say(said)
    await ana.say("/plan")
    assert "once more" in await ana.hear("/stop")
    kept = await store.peek(HERE)
    assert kept is not None
    assert kept.interview is not None
    await ana.say("/stop")
    gone = await store.peek(HERE)
    assert gone is not None
    assert gone.interview is None


async def test_suggestions_have_different_titles_and_no_small_talk(
    knowledge: Knowledge, store: Store[Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = tuple(Candidate(AnswerId(f"smalltalk:{slug}"), slug, 0.3) for slug in ("help", "thanks", "greeting"))
    monkeypatch.setattr(Matcher, "match", lambda *_: (Unsure(talk),))
    replies = await Talk(Advisor(knowledge, store)).say("asdf qwer")
    assert "/none" not in [button.says for button in buttons(replies)]


async def test_an_old_button_changes_nothing(ana: Talk, store: Store[Conversation]) -> None:
    await ana.say("/roadmap")
    await ana.say("/answer role developer")
    await ana.say("/answer goal cost")
    replies = await ana.say("/answer role lead-manager")
    assert "already answered" in replies[0].plain
    kept = await store.peek(HERE)
    assert kept is not None
    assert kept.interview is not None
    assert kept.interview.answers["role"] == ("developer",)


async def test_coming_back_shows_the_open_question(advisor: Advisor, ana: Talk) -> None:
    assert isinstance((await advisor.open(HERE, "ana"))[0].blocks[0], Text)
    await ana.say("/roadmap")
    await ana.say("developer")
    assert (await advisor.open(HERE, "ana"))[-1].title == "Question 2 of 7"
    assert "Someone else's roadmap" in (await advisor.open(HERE, "ben"))[0].plain


async def test_the_interview_survives_a_restart(knowledge: Knowledge, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/again.db"
    for first in (True, False):
        store = Store(url, Conversation)
        await store.open()
        talk = Talk(Advisor(knowledge, store), place=Place("web", "local", "web", "kept"))
        if first:
            await talk.say("/roadmap")
            await talk.say("developer")
        else:
            talk.said = 10
            assert (await talk.advisor.open(talk.place, "ana"))[-1].title == "Question 2 of 7"
            assert (await talk.say("ship faster"))[-1].title == "Question 3 of 7"
        await store.close()


async def test_the_plan_can_be_changed_afterwards(ana: Talk) -> None:
    await ana.say("/roadmap")
    for said in WORDS:
        await ana.say(said)
    await ana.say("/plan")
    assert "2026-03-02" in await ana.hear("/start 2026-03-02")
    assert "+ Git and pull requests" in await ana.hear("/relearn f-git")
    assert "+ Git and pull requests" in await ana.hear("/status")  # nothing changes without consent
    assert "Git and pull requests" not in (await ana.hear("/all")).split("Left out")[0]
    await ana.say("/accept")
    assert "Git and pull requests" in (await ana.hear("/all")).split("Left out")[0]
    assert (await ana.say("/change goal"))[-1].title == "Question 2 of 7"


# New content -----------------------------------------------------------------------------
async def test_broken_content_leaves_the_last_good_one_serving(advisor: Advisor, ana: Talk, overlay: Path) -> None:
    (overlay / "glossary.yaml").write_text("terms:\n  slo:\n    lead: [\n")
    advisor.learn(overlay)
    assert "glossary.yaml:" in advisor.content_problem
    assert "SLO" in await ana.hear("what is an slo")
    (overlay / "glossary.yaml").write_text("terms:\n  slo:\n    lead: Our own words on targets.\n")
    advisor.learn(overlay)
    assert advisor.content_problem == ""
    assert "Our own words on targets." in await ana.hear("/show glossary:slo")


# Answers between answers -----------------------------------------------------------------
@pytest.mark.parametrize("said", ["our team has its own way of doing it, more or less", "I do a bit of everything"])
async def test_what_tells_of_oneself_in_mid_interview_never_goes_on_about_the_last_term(ana: Talk, said: str) -> None:
    await ana.say("/roadmap")
    assert "CI/CD" in (await ana.say("what is ci/cd?"))[0].title
    told = await ana.say(said)
    assert told[0].plain.startswith("I couldn't read that as an answer")
    assert told[1].title == "Question 1 of 7"


async def test_a_short_answer_after_a_term_is_an_answer_and_a_question_still_goes_on_from_it(ana: Talk) -> None:
    await ana.say("/roadmap")
    for answer in ("developer", "ship faster", "by hand", "an app"):
        await ana.say(answer)
    await ana.say("what is ci/cd?")
    assert (await ana.say("we're eight"))[0].plain == "Noted: 2 to 9."
    await ana.say("what is ci/cd?")
    assert (await ana.say("maybe 4 hours a week"))[0].plain == "Noted: 4 to 6."
    await ana.say("what is gitops?")
    assert "GitOps tools" in [reply.title for reply in await ana.say("which tools?")]
    assert (await ana.say("about four months"))[0].plain.endswith("That is the nearest of the lengths I plan for.")


async def test_what_changed_since_is_offered_as_another_plan(ana: Talk, store: Store[Conversation]) -> None:
    await ana.say("/roadmap")
    await ana.answer_all(store)
    await ana.say("/plan")
    told = await ana.say("we have 10 hours a week now")
    assert told[0].plain == "Noted: 7 to 10."
    assert told[1].title == "Are these answers right?"
    assert {"/plan", "/keep"} <= {button.says for button in buttons(told)}
    kept = await store.peek(HERE)
    assert kept is not None and kept.interview is not None and kept.interview.kept is not None
    assert kept.interview.kept.answers["hours"] != ("7-10",)  # nothing changes before it is agreed
