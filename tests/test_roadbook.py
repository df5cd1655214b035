"""What is said about a kept roadmap: pure turns, without a store or a place to chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot import dialogue
from bot.catalog.schema import Catalog
from bot.chat import Buttons, Message, Place, Reply, Table
from bot.conversation import Conversation, Found, Step, decide
from bot.matching.match import Context
from tests.talk import ANSWERS

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Thread:
    """One thread, turn by turn, as the database hands it on."""

    catalog: Catalog
    state: Conversation = field(default_factory=Conversation)
    at: datetime = MONDAY
    said: int = 0

    def say(self, text: str, days: int = 0, author: str = "ann", *, addressed: bool = True) -> Sequence[Reply]:
        self.at += timedelta(days=days)
        self.said += 1
        place = Place("web", "local", "web", "x")
        message = Message(f"m{self.said}", place, author, text, addressed, self.at)
        turn = decide(Step(self.catalog, message, self.state, Found((), Context()), ask_human="#platform-help"))
        assert turn.state is not None
        self.state = Conversation.model_validate_json(turn.state.model_dump_json())
        return turn.replies

    def hear(self, text: str, days: int = 0, author: str = "ann") -> str:
        return "\n\n".join(reply.plain for reply in self.say(text, days, author))

    def planned(self, **answers: str) -> str:
        self.say("/roadmap")
        for name, option in (ANSWERS | answers).items():
            self.say(f"/answer {name} {option}")
        return self.hear("/plan")


@pytest.fixture
def ann(catalog: Catalog) -> Thread:
    return Thread(catalog)


def pressable(replies: Sequence[Reply]) -> list[str]:
    found = [block for reply in replies for block in reply.blocks if isinstance(block, Buttons)]
    return [button.says for block in found for button in block.items]


# The plan --------------------------------------------------------------------------------
def test_one_message_says_what_counts_and_the_next_one_what_comes_when(ann: Thread) -> None:
    ann.planned()
    first, second = ann.say("/plan")
    for said in ("Start with DevOps", "The reasons", "Next:", "Not yet:", "What fits:", "First step this week:"):
        assert said in first.plain
    (table,) = [block for block in second.blocks if isinstance(block, Table)]
    assert (6, "2026-01-11", "2–4", "next") == (len(table.rows), *(table.rows[0][at] for at in (0, 2, 3)))
    assert "expect 29 to 67" in second.plain
    assert "One more module follows" in second.plain


def test_only_the_next_module_has_buttons(ann: Thread) -> None:
    ann.planned()
    says = pressable(ann.say("/plan"))
    marks = [each for each in says if each.split()[0] in ("/done", "/stuck", "/skip", "/why")]
    assert ["/done f-map", "/stuck f-map", "/skip f-map", "/why f-map"] == marks


def test_a_wish_that_is_too_large_hears_what_would_fit(ann: Thread) -> None:
    said = ann.planned(role="student-switcher", hours="<=3", horizon="4")
    assert "What fits: 1 of 19 modules, at 2.5 hours a week over 4 weeks" in said
    assert "176 hours: 83 weeks at your pace" in said
    assert "In the same weeks it would take 52 hours a week" in said


def test_all_of_the_plan_lists_every_proof_and_what_is_known(ann: Thread) -> None:
    ann.planned()
    (reply,) = ann.say("/all")
    (table,) = [block for block in reply.blocks if isinstance(block, Table)]
    assert (7, 5) == (len(table.rows), len(table.columns))
    assert "Left out because you know it already: Git and pull requests and Python" in reply.plain
    assert "/relearn f-git" in pressable([reply])
    assert "Next in line: Networking and HTTP basics" in reply.plain


def test_the_notice_before_the_first_question_says_what_is_kept_how_long_and_how_to_delete(ann: Thread) -> None:
    said = ann.hear("/roadmap").split("Question 1")[0]
    for part in ("your answers, the plan and what you tick off", "30 days", "400 days", "/stop"):
        assert part in said


# Progress --------------------------------------------------------------------------------
def test_the_proof_is_shown_before_anything_counts_as_done(ann: Thread) -> None:
    ann.planned()
    proof = ann.hear("/done f-map")
    assert "when you can show a colleague: Half a page on your own team" in proof
    assert "Behind you: 0 of 7" in ann.hear("not yet")
    assert "Behind you: 1 of 7 modules" in ann.hear("/done f-map yes")


def test_progress_tells_what_is_behind_next_left_and_stuck(ann: Thread) -> None:
    ann.planned()
    ann.say("/done f-map yes")
    ann.say("/stuck f-ci")
    told = ann.hear("how far am I?", days=30)
    for part in ("Behind you: 1 of 7", "About 45 hours to go (expect 27 to 63)", "Next: Linux and the shell",
                 "Also stuck: Continuous integration"):  # fmt: skip
        assert part in told
    assert "days ago" in told
    assert ann.hear("/roadmap status") == ann.hear("/status")


def test_somebody_stuck_hears_a_smaller_step_what_it_rests_on_and_whom_to_ask(ann: Thread) -> None:
    ann.planned()
    told = ann.hear("stuck on ci")
    for part in ("A smaller step:", "What it rests on: Automated testing basics", "#platform-help"):
        assert part in told
    says = pressable(ann.say("/stuck f-shell"))
    assert ["/undo f-shell", "/skip f-shell", "/done f-shell", "/replan"] == says[:4]


def test_the_end_of_the_road_is_said_and_what_comes_after(ann: Thread) -> None:
    ann.planned(hours="<=3", horizon="4")
    assert "That was the last one" in ann.hear("skip it")
    assert "All of it is behind you" in ann.hear("/status")


def test_a_word_on_ones_own_plan_is_heard_without_a_mention_and_others_are_not(ann: Thread, catalog: Catalog) -> None:
    ann.planned()
    place = Place("web", "local", "web", "x")
    heard = {
        (author, text): dialogue.waits_for(
            catalog, ann.state.interview, Message("m", place, author, text, False, ann.at)
        )
        for author in ("ann", "ben")
        for text in ("done with linux", "done", "yes", "lunch?", "show all")
    }
    assert [("ann", "done with linux")] == [key for key, waits in heard.items() if waits]


def test_somebody_else_can_neither_see_nor_tick(ann: Thread) -> None:
    ann.planned()
    before = ann.state
    for said in ("/done f-map yes", "/status", "/all", "/whatif", "/why f-map", "/accept", "/off 2026-02-02"):
        assert "belongs to someone else" in ann.hear(said, author="ben")
    assert before == ann.state


# Another plan ----------------------------------------------------------------------------
def test_the_change_is_shown_and_asked_before_it_happens(ann: Thread) -> None:
    ann.planned()
    ann.say("/done f-map yes")
    for said in ("/change hours", "/answer hours 7-10"):
        ann.say(said)
    told = ann.hear("/plan")
    for part in ("+ Networking and HTTP basics, 8 hours", "Linux and the shell moves to 2026-01-05",
                 "Hours to go: ", "instead of 45", "stays done"):  # fmt: skip
        assert part in told
    assert "Behind you: 1 of 7" in ann.hear("/status")
    assert "Taken" in ann.hear("yes")
    assert "Behind you: 1 of 10" in ann.hear("/status")
    assert "No other plan waits" in ann.hear("/accept")


def test_a_missed_week_is_met_kindly_once(ann: Thread) -> None:
    ann.planned()
    told = ann.hear("/help", days=20)
    assert "It has been a while, and that happens" in told
    assert "Map of the field: which Ops is which moves to 2026-01-25" in told
    assert "your plan stays as it was" in ann.hear("keep my plan").casefold()
    assert "It has been a while" not in ann.hear("/help", days=3)


def test_doing_it_again_compares_then_and_now(ann: Thread) -> None:
    ann.planned()
    ann.say("/done f-map yes")
    ann.say("/restart", days=40)
    for name, option in (ANSWERS | {"role": "ops-sre", "team": "10-49"}).items():
        ann.say(f"/answer {name} {option}")
    told = ann.hear("/plan")
    assert "Since 2026-01-05, 2 of your answers are different" in told
    assert "Then: Software development; Now: Operations, SRE" in told
    assert "It still leads to DevOps" in told
    assert "A changed plan" in told


def test_why_a_module_is_there_or_not(ann: Thread) -> None:
    ann.planned()
    assert "These build on it: Delivery baseline" not in ann.hear("/why f-testing")
    assert "Continuous integration: first pipeline" in ann.hear("/why f-testing")
    assert "opens every roadmap" in ann.hear("/why f-map")
    assert "left out, because you develop software" in ann.hear("/why f-git")
    assert "later than your time reaches" in ann.hear("/why f-network")
    assert "isn't on your path" in ann.hear("/why m-llm")
    assert "don't know that module" in ann.hear("/why f-juggling")


def test_the_one_answer_that_weighs_most_is_named_with_what_it_would_do(ann: Thread) -> None:
    ann.planned()
    told = ann.hear("what would change my plan most?")
    assert "weighs most" in told
    assert "I'd start you with" in told
    assert any(each.startswith("/change ") for each in pressable(ann.say("/whatif")))


def test_days_off_and_days_of_the_week_are_noted_and_shown(ann: Thread) -> None:
    ann.planned()
    told = ann.hear("I'm on holiday from 2026-01-19 to 2026-01-25")
    assert "no learning 2026-01-19 – 2026-01-25" in told
    assert "Linux and the shell moves to 2026-01-12 – 2026-02-04" in told
    ann.say("/accept")
    ann.say("I learn on Mondays and Wednesdays")
    everything = ann.hear("/all")
    assert "laid around: 2026-01-19 – 2026-01-25" in everything
    assert "Your days for it: Monday and Wednesday" in everything


def test_asking_for_a_roadmap_again_never_loses_the_one_that_is_kept(ann: Thread) -> None:
    ann.planned()
    ann.say("/done f-map yes")
    told = ann.say("/roadmap")
    assert "Behind you: 1 of 7" in told[1].plain
    assert "/restart" in pressable(told)
    assert "what you've done stay" in ann.hear("/restart")
    assert "Question 2 of 7" in ann.hear("/answer role developer")
    assert "stays as it was" in ann.hear("/keep")
    assert "Behind you: 1 of 7" in ann.hear("/status")


def test_deleting_a_kept_roadmap_is_asked_about_even_while_it_is_made_anew(ann: Thread) -> None:
    ann.planned()
    ann.say("/restart")
    assert "Say “stop” once more" in ann.hear("/stop")
    assert ann.state.interview is not None
