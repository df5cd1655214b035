"""Decide what to say: the state of one thread, and the pure step from a message to replies.

`Brain.decide` runs inside the store's transaction, in a worker thread: it is pure, quick and
total. Must never wait, match text (that is done before) or know a platform.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from bot import answers, commands, dialogue, handoff, interview, policy
from bot.catalog.schema import AnswerId, Catalog
from bot.chat import Message, Reply
from bot.interview import Interview
from bot.matching.match import Context, Match, NoIdea, Sure, Unsure
from bot.redact import redact
from bot.store import Greeting, Muting, Record, Turn, Unanswered, Verdict
from bot.telemetry import reference

_STOPPING = ("/stop",)  # offered: to delete a finished roadmap; the second stop does it
KEPT_ANSWERS = 8  # how many answers of a thread can still be explained or judged


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Answered(_Kept):
    """An answer given in this thread, so that it can be explained and judged later."""

    ref: str
    kind: str
    topics: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    @property
    def id(self) -> AnswerId:
        """What was answered."""
        return AnswerId(self.kind, self.topics)


class Conversation(_Kept):
    """What a thread remembers. Holds no words anyone typed."""

    schema_version: int = 1
    kind: str = ""  # of the last answer: "and AIOps?" goes on from here
    topics: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()  # the last "did you mean", never shown twice
    answered: tuple[Answered, ...] = ()
    called: tuple[str, ...] = ()  # for what a person was called already
    interview: Interview | None = None

    @property
    def owner(self) -> str | None:
        """Whose roadmap this is: the person `forget me` finds it by."""
        return self.interview.owner if self.interview else None

    @property
    def context(self) -> Context:
        """What the matcher goes on from."""
        return Context(self.kind, self.topics)

    def find(self, ref: str) -> Answered | None:
        """Find an answer that was given here; None when it is too far back."""
        return next((each for each in self.answered if each.ref == ref), None)

    def remember(self, context: Context) -> Conversation:
        """Keep what was last talked about."""
        return self.model_copy(update={"kind": context.kind, "topics": context.topics, "offered": ()})

    def having(self, interview: Interview | None) -> Conversation:
        """Keep the interview as it is now."""
        return self.model_copy(update={"interview": interview})


@dataclass(frozen=True, slots=True)
class Found:
    """What matching found in a message, and what to remember of it."""

    matches: tuple[Match, ...]
    context: Context


@dataclass(frozen=True, slots=True)
class Step:
    """One message on its way through the thread's state."""

    catalog: Catalog
    message: Message
    state: Conversation
    found: Found
    ask_human: str = ""
    guest: bool = False  # of another organisation: nothing of the team's onboarding is for them

    @property
    def ref(self) -> str:
        """The reference of the answer this message gets."""
        return reference(self.message)

    @property
    def mine(self) -> bool:
        """Whether the interview of this thread is the author's."""
        return self.state.interview is not None and self.state.interview.owner == self.message.author

    @property
    def asking(self) -> bool:
        """Whether an interview question is waiting for this author."""
        return self.mine and dialogue.is_open(self.catalog, self.state.interview)


@dataclass(frozen=True, slots=True)
class Said:
    """What a message comes to: the state to keep, what to say, what to note."""

    state: Conversation
    replies: tuple[Reply, ...] = ()
    records: tuple[Record, ...] = ()

    def turn(self) -> Turn[Conversation]:
        """Hand it to the store."""
        return Turn(self.state, self.replies, self.records)


def decide(step: Step) -> Turn[Conversation]:
    """Decide what to say to one message. Total: any message in any state gives a turn."""
    return _decide(step).turn()


def _decide(step: Step) -> Said:
    command = commands.parse(step.message.text) or _spoken(step)
    if command is None and step.mine and step.state.interview:
        command = dialogue.read(step.catalog, step.state.interview, step.message.text)
    if command is None:
        return _and_ask_again(step, _answer(step))
    return _obey(step, command)


def _spoken(step: Step) -> commands.Command | None:
    """Read a command said in words: one of our own, or how we should behave."""
    said = commands.spoken(step.message.text) if step.message.addressed else None
    return said or policy.mute(step.catalog, step.message) or policy.greetings(step.catalog, step.message)


def _obey(step: Step, command: commands.Command) -> Said:
    catalog, state = step.catalog, step.state
    match command:
        case commands.Roadmap():
            return _start(step)
        case commands.Show(kind, topics):
            return _and_ask_again(step, _show(step, AnswerId(kind, topics), chosen=True))
        case commands.Help():
            return _and_ask_again(step, Said(state, (answers.smalltalk(catalog, "help"),)))
        case commands.Welcome(unasked):
            return Said(state, (dialogue.welcome(catalog, unasked=unasked),))
        case commands.Status():
            return Said(state, dialogue.status(catalog, state.interview))
        case commands.Feedback() as feedback:
            return _judge(step, feedback)
        case commands.Explain(ref):
            return _explain(step, ref)
        case commands.Human() as human:
            return _call(step, human)
        case commands.Mute(on):
            return _mute(step, on=on)
        case commands.Greetings(on):
            said = answers.line(catalog, "greetings-on" if on else "greetings-off", asker=True)
            return Said(state, (said,), (Greeting(on, step.message.at),))
        case commands.NoneOfThese():
            noted = answers.line(catalog, "none-noted")
            refused = _refusal(step, "unknown")
            return _and_ask_again(step, Said(state.model_copy(update={"offered": ()}), (noted, refused)))
        case commands.Bad(name, usage):
            said = answers.line(catalog, "bad-usage" if usage else "bad-command", usage=usage, name=name)
            return _and_ask_again(step, Said(state, (said, answers.smalltalk(catalog, "help"))))
        case move:
            return _move(step, move)


# Questions -------------------------------------------------------------------------------
def _answer(step: Step) -> Said:
    """Answer what matching found: every sure question, else one question back, else one refusal."""
    matches = step.found.matches
    sure = [match for match in matches if isinstance(match, Sure)]
    if sure:
        given = Said(step.state)
        for number, match in enumerate(sure):
            ref = step.ref if number == 0 else f"{step.ref}-{number + 1}"
            why = answers.reasons(step.catalog, match)
            then = _show(replace(step, state=given.state), match.answer, why=why, ref=ref)
            given = Said(then.state, given.replies + then.replies, given.records + then.records)
        return replace(given, state=given.state.remember(step.found.context))
    if step.asking and "?" not in step.message.text:
        return Said(step.state, (answers.line(step.catalog, "did-not-get"),))  # meant as an answer, most likely
    unsure = next((match for match in matches if isinstance(match, Unsure)), None)
    candidates = answers.distinct(step.catalog, unsure.candidates) if unsure else ()
    if candidates:
        offered = tuple(sorted(str(candidate.answer) for candidate in candidates))
        if offered != step.state.offered:
            state = step.state.remember(step.found.context).model_copy(update={"offered": offered})
            asked_back = answers.did_you_mean(step.catalog, candidates)
            return Said(state, (asked_back,), _unanswered(step, "unsure"))  # so "none of these" can say it is noted
    reason = next((match.reason for match in matches if isinstance(match, NoIdea)), "unknown")
    reply = _refusal(step, reason, step.message.text)
    return Said(step.state.remember(step.found.context), (reply,), _unanswered(step, reason))


def _refusal(step: Step, reason: str, words: str = "") -> Reply:
    """Decline, and offer to call somebody who may know."""
    catalog, place, topics = step.catalog, step.message.place, step.found.context.topics
    reply = answers.refusal(catalog, reason, handoff.whom(catalog, place, topics, step.ask_human))
    if reason in handoff.NOT_FOR_PEOPLE or step.guest:
        return reply
    return handoff.offered(catalog, place, reply, topics, step.ref, words)


def _unanswered(step: Step, reason: str) -> tuple[Record, ...]:
    return (Unanswered(redact(step.message.text), reason, step.message.at),)


def _show(step: Step, answer: AnswerId, *, why: tuple[str, ...] = (), ref: str = "", chosen: bool = False) -> Said:
    catalog, state = step.catalog, step.state
    if answer.kind.startswith("smalltalk:") and answers.exists(catalog, answer):
        return Said(state, (answers.smalltalk(catalog, answer.kind.partition(":")[2]),))
    if not answers.exists(catalog, answer):
        return Said(state, (answers.line(catalog, "no-such-answer"), answers.smalltalk(catalog, "help")))
    if step.guest and answer.kind.startswith("onboarding:"):
        return Said(state, (answers.line(catalog, "not-for-guests"),))
    missing = answers.uncovered(catalog, answer)
    if missing:
        records = () if chosen else _unanswered(step, "not-covered")
        place = step.message.place
        whom = handoff.whom(catalog, place, answer.topics, step.ask_human)
        reply = answers.not_covered(catalog, answer, missing, whom)
        words = "" if chosen else step.message.text
        return Said(state, (handoff.offered(catalog, place, reply, answer.topics, step.ref, words),), records)
    if answer.kind == "roadmap":
        return Said(state.remember(Context(*answer)), (dialogue.invite(catalog, answer.topics),))
    ref = ref or step.ref
    kept = Answered(ref=ref, kind=answer.kind, topics=answer.topics, why=why or (catalog.replies["why-shown"],))
    answered = (*state.answered, kept)[-KEPT_ANSWERS:]
    state = state.remember(Context(*answer)).model_copy(update={"answered": answered})
    return Said(state, (answers.compose(catalog, answer, ref),))


def _judge(step: Step, feedback: commands.Feedback) -> Said:
    given = step.state.find(feedback.ref)
    if given is None:
        return Said(step.state, (answers.line(step.catalog, "stale-ref", asker=True),))
    verdict = Verdict(given.ref, str(given.id), feedback.helpful, feedback.reason[:40], step.message.at)
    if feedback.helpful or feedback.reason:
        return Said(step.state, (answers.line(step.catalog, "thanks-feedback", asker=True),), (verdict,))
    asked = answers.ask_reason(step.catalog, given.ref)
    offered = handoff.offered(step.catalog, step.message.place, asked, given.topics, given.ref)
    return Said(step.state, (offered,), (verdict,))


def _explain(step: Step, ref: str) -> Said:
    given = step.state.find(ref)
    if given is None:
        return Said(step.state, (answers.line(step.catalog, "stale-ref", asker=True),))
    return Said(step.state, (answers.why(step.catalog, given.why, given.id),))


# People and channels ---------------------------------------------------------------------
def _call(step: Step, human: commands.Human) -> Said:
    """Call somebody who knows: once for a question."""
    catalog, place, state = step.catalog, step.message.place, step.state
    if human.ref in state.called:
        return Said(state, (answers.line(catalog, "human-called", asker=True),))
    given = state.find(human.ref)
    topics = given.topics if given else state.topics
    called = None if step.guest else handoff.call(catalog, place, topics, human.words, given.id if given else None)
    if called is None:
        return Said(state, (handoff.refused(catalog, place, topics, step.ask_human),))
    return Said(state.model_copy(update={"called": (*state.called, human.ref)[-KEPT_ANSWERS:]}), (called,))


def _mute(step: Step, *, on: bool) -> Said:
    """Keep quiet in this channel, or speak again."""
    place = step.message.place
    if place.private:
        return Said(step.state, (answers.line(step.catalog, "mute-private"),))
    said = answers.line(step.catalog, "muted" if on else "unmuted")
    return Said(step.state, (said,), (Muting(place.channel, on, step.message.at),))


# The interview ---------------------------------------------------------------------------
def _and_ask_again(step: Step, said: Said) -> Said:
    """Show the open question again after something else was said in mid-interview."""
    if not step.asking or said.state.interview is None:
        return said
    return replace(said, replies=said.replies + dialogue.now(step.catalog, said.state.interview))


def _start(step: Step) -> Said:
    held = step.state.interview
    if held is not None and not step.mine:
        return Said(step.state, (answers.line(step.catalog, "only-owner", asker=True),))
    if held is not None and not held.finished:
        resumed = interview.step(step.catalog.roadmap, held, commands.Resume(), step.message.at.date()).interview
        again = answers.line(step.catalog, "interview-again")
        return Said(step.state.having(resumed), (again, *dialogue.now(step.catalog, resumed)))
    fresh = Interview(owner=step.message.author, started=step.message.at.date())
    intro = answers.line(step.catalog, "interview-intro")
    return Said(step.state.having(fresh), (intro, *dialogue.now(step.catalog, fresh)))


def _move(step: Step, move: commands.Move) -> Said:
    held = step.state.interview
    if held is None:
        return Said(step.state, (answers.line(step.catalog, "nothing-open", asker=True),))
    if not step.mine:
        return Said(step.state, (answers.line(step.catalog, "only-owner", asker=True),))
    if isinstance(move, commands.Stop) and held.finished and step.state.offered != _STOPPING:
        asked = step.state.model_copy(update={"offered": _STOPPING})
        return Said(asked, (dialogue.really_stop(step.catalog),))
    if isinstance(move, commands.Stop):
        return Said(step.state.having(None), (answers.line(step.catalog, "stopped"),))
    stepped = interview.step(step.catalog.roadmap, held, move, step.message.at.date())
    said: tuple[Reply, ...] = dialogue.after(step.catalog, held, move, stepped)
    return Said(step.state.having(stepped.interview).model_copy(update={"offered": ()}), said)
