"""Decide what to say: the pure step from a message to replies.

`decide` runs inside the store's transaction, in a worker thread: it is pure, quick and
total. Must never wait, match text (that is done before) or know a platform.
"""

from __future__ import annotations

from dataclasses import replace

from bot import answers, beyond, commands, crossroads, dialogue, handoff, interview, keepsakes, policy, privacy, voice
from bot.catalog.schema import AnswerId
from bot.chat import Note, Reply
from bot.interview import Interview
from bot.matching.match import Context, NoIdea, Sure, Unsure
from bot.redact import redact
from bot.roadmap.kept import Kept
from bot.store import ALARM, Alarm, Greeting, Muting, Record, Turn, Unanswered, Verdict
from bot.thread import Answered, Around, Conversation, Found, Said, Step

__all__ = ["Answered", "Around", "Conversation", "Found", "Said", "Step", "decide"]

_STOPPING = ("/stop",)  # offered: to delete a finished roadmap; the second stop does it
KEPT_ANSWERS = 8  # how many answers of a thread can still be explained or judged


def decide(step: Step) -> Turn[Conversation]:
    """Decide what to say to one message. Total: any message in any state gives a turn."""
    said = beyond.between_us(step, beyond.kept_up(step, _decide(step)))
    moved = said.state.due != step.state.due
    return replace(said.turn(), alarm=Alarm(said.state.due) if moved else None)


def _decide(step: Step) -> Said:
    step, news = _looked_again(step)
    said = _taken(step)
    held = said.state.interview
    if not news or held is None or held.proposed is None or held.proposed != _proposed(step):
        return said
    offered = crossroads.offer(step.catalog, held, news)
    return replace(said, replies=(*(each for each in said.replies if each.title != offered[0].title), *offered))


def _taken(step: Step) -> Said:
    command = commands.parse(step.message.text) or _spoken(step)
    if command is None and step.mine and step.state.interview:
        command = dialogue.read(step.catalog, step.state.interview, step.message.text)
    if command is None:
        return _and_ask_again(step, _answer(step))
    command = beyond.meant(step, command)
    return beyond.led_on(step, command, _obey(step, command))


def _looked_again(step: Step) -> tuple[Step, str]:
    """Bring an owner's kept plan up to date: ids that changed in the content, and what there is to propose."""
    held = step.state.interview
    if held is None or not step.mine:
        return step, ""
    script, today = step.catalog.roadmap, step.message.at.date()
    held = interview.carried(script, held)
    news = ""
    if not step.message.id.startswith(ALARM):  # the clock is no visit
        held, news = interview.refreshed(script, held, today)
    return replace(step, state=step.state.having(held)), news


def _proposed(step: Step) -> Kept | None:
    return step.state.interview.proposed if step.state.interview else None


def _spoken(step: Step) -> commands.Command | None:
    """Read a command said in words: one of our own, or how we should behave."""
    said = commands.spoken(step.message.text) if step.message.addressed else None
    own = said or policy.mute(step.catalog, step.message) or policy.greetings(step.catalog, step.message)
    own = own or privacy.read(step.catalog, step.message)
    if own is None and step.road is not None and (step.message.addressed or step.mine):
        own = keepsakes.read(step.catalog, step.message.text)
    return own or (beyond.read(step.catalog, step.message.text) if step.message.addressed or step.mine else None)


def _obey(step: Step, command: commands.Command) -> Said:
    """Do what a command asks: of one's roadmap, or of us."""
    match command:
        case commands.Roadmap():
            return _start(step)
        case commands.Status():
            return _status(step)
        case commands.Export(form):
            return _export(step, form)
        case commands.Forget():
            return Said(step.state, (privacy.ask(step.catalog),))
        case commands.Data():
            return Said(step.state, (privacy.given(step.catalog, step.around.kept),))
        case commands.WhyModule() | commands.WhatIf() | commands.All() as wanted:
            return _look(step, wanted)
    if isinstance(command, commands.Move | commands.Walk):
        return _move(step, command)
    return beyond.obey(step, command) if isinstance(command, beyond.Beyond) else _asked(step, command)


def _asked(
    step: Step, command: commands.Asked | commands.Mute | commands.Greetings | commands.Human | commands.Bad
) -> Said:
    catalog, state = step.catalog, step.state
    match command:
        case commands.Show(kind, topics):
            return _and_ask_again(step, _show(step, AnswerId(kind, topics), chosen=True))
        case commands.Welcome(unasked):
            return Said(state, (dialogue.welcome(catalog, unasked=unasked),))
        case commands.Feedback() as feedback:
            return _judge(step, feedback)
        case commands.Explain(ref):
            return _explain(step, ref)
        case commands.Human() as human:
            return _call(step, human)
        case commands.Mute(on):
            return _mute(step, on=on)
        case commands.Greetings(on):
            said = voice.line(catalog, "greetings-on" if on else "greetings-off", asker=True)
            return Said(state, (said,), (Greeting(on, step.message.at),))
        case commands.NoneOfThese():
            noted = voice.line(catalog, "none-noted")
            refused = _refusal(step, "unknown")
            return _and_ask_again(step, Said(state.model_copy(update={"offered": ()}), (noted, refused)))
        case commands.Bad(name, usage):
            said = voice.line(catalog, "bad-usage" if usage else "bad-command", usage=usage, name=name)
            return _and_ask_again(step, Said(state, (said, answers.smalltalk(catalog, "help"))))
    return _and_ask_again(step, Said(state, (answers.smalltalk(catalog, "help"),)))


def _status(step: Step) -> Said:
    held = step.state.interview
    if held is not None and not step.mine:
        return Said(step.state, (voice.line(step.catalog, "only-owner", asker=True),))
    return Said(step.state, dialogue.status(step.catalog, held, step.message.at.date()))


# Questions -------------------------------------------------------------------------------
def _answer(step: Step) -> Said:
    """Answer what matching found: every sure question, else one question back, else one refusal."""
    matches = step.found.matches
    sure = [match for match in matches if isinstance(match, Sure)]
    if step.asking and _tells(step, sure):
        return Said(step.state, (voice.line(step.catalog, "did-not-get"),))  # meant as an answer
    if sure:
        given = Said(step.state)
        for number, match in enumerate(sure):
            ref = step.ref if number == 0 else f"{step.ref}-{number + 1}"
            why = answers.reasons(step.catalog, match)
            then = _show(replace(step, state=given.state), match.answer, why=why, ref=ref)
            given = Said(then.state, given.replies + then.replies, given.records + then.records)
        return replace(given, state=given.state.remember(step.found.context))
    if step.asking and not interview.asks(step.catalog.roadmap, step.message.text):
        return Said(step.state, (voice.line(step.catalog, "did-not-get"),))  # meant as an answer, most likely
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


def _tells(step: Step, sure: list[Sure]) -> bool:
    """Whether a message in mid-interview tells of its author's situation, whatever term it seems to ask for."""
    talk = any(match.answer.kind.startswith("smalltalk") for match in sure)
    return not talk and interview.tells(step.catalog.roadmap, step.message.text)


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
        return Said(state, (voice.line(catalog, "no-such-answer"), answers.smalltalk(catalog, "help")))
    if step.guest and answer.kind.startswith("onboarding:"):
        return Said(state, (voice.line(catalog, "not-for-guests"),))
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
        return Said(step.state, (voice.line(step.catalog, "stale-ref", asker=True),))
    verdict = Verdict(given.ref, str(given.id), feedback.helpful, feedback.reason[:40], step.message.at)
    if feedback.helpful or feedback.reason:
        return Said(step.state, (voice.line(step.catalog, "thanks-feedback", asker=True),), (verdict,))
    asked = answers.ask_reason(step.catalog, given.ref)
    offered = handoff.offered(step.catalog, step.message.place, asked, given.topics, given.ref)
    return Said(step.state, (offered,), (verdict,))


def _explain(step: Step, ref: str) -> Said:
    given = step.state.find(ref)
    if given is None:
        return Said(step.state, (voice.line(step.catalog, "stale-ref", asker=True),))
    return Said(step.state, (answers.why(step.catalog, given.why, given.id),))


# People and channels ---------------------------------------------------------------------
def _call(step: Step, human: commands.Human) -> Said:
    """Call somebody who knows: once for a question."""
    catalog, place, state = step.catalog, step.message.place, step.state
    if human.ref in state.called:
        return Said(state, (voice.line(catalog, "human-called", asker=True),))
    given = state.find(human.ref)
    topics = given.topics if given else state.topics
    called = None if step.guest else handoff.call(catalog, place, topics, human.words, given.id if given else None)
    if called is None:
        return Said(state, (handoff.refused(catalog, place, topics, step.ask_human),))
    return Said(state.model_copy(update={"called": (*state.called, human.ref)[-KEPT_ANSWERS:]}), (called,))


def _export(step: Step, form: commands.Form | None) -> Said:
    """Give an owner their roadmap as a file."""
    if step.state.interview is not None and not step.mine:
        return Said(step.state, (voice.line(step.catalog, "only-owner", asker=True),))
    given = keepsakes.given(step.catalog, step.road, form, step.message.at)
    return _and_ask_again(step, Said(step.state, (given,)))


def _mute(step: Step, *, on: bool) -> Said:
    """Keep quiet in this channel, or speak again."""
    place = step.message.place
    if place.private:
        return Said(step.state, (voice.line(step.catalog, "mute-private"),))
    said = voice.line(step.catalog, "muted" if on else "unmuted")
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
        return Said(step.state, (voice.line(step.catalog, "only-owner", asker=True),))
    if held is not None and not held.finished:
        resumed = interview.step(step.catalog.roadmap, held, commands.Resume(), step.message.at.date()).interview
        again = voice.line(step.catalog, "interview-again")
        return Said(step.state.having(resumed), (again, *dialogue.now(step.catalog, resumed)))
    if held is not None and held.kept is not None:  # a plan and its progress are never begun anew unasked
        told = dialogue.status(step.catalog, held, step.message.at.date())
        return Said(step.state, (dialogue.kept_here(step.catalog), *told))
    fresh = Interview(owner=step.message.author, started=step.message.at.date())
    intro = voice.line(step.catalog, "interview-intro")
    return Said(step.state.having(fresh), (intro, *dialogue.now(step.catalog, fresh)))


def _move(step: Step, move: commands.Move | commands.Walk) -> Said:
    held = step.state.interview
    if held is None:
        return Said(step.state, (voice.line(step.catalog, "nothing-open", asker=True),))
    if not step.mine:
        return Said(step.state, (voice.line(step.catalog, "only-owner", asker=True),))
    if isinstance(move, commands.Stop) and (held.finished or held.kept) and step.state.offered != _STOPPING:
        asked = step.state.model_copy(update={"offered": _STOPPING})
        return Said(asked, (dialogue.really_stop(step.catalog),))
    if isinstance(move, commands.Stop):
        return Said(step.state.having(None), (voice.line(step.catalog, "stopped"),))
    stepped = interview.step(step.catalog.roadmap, held, move, step.message.at.date())
    said: tuple[Reply, ...] = dialogue.after(step.catalog, held, move, stepped, step.message.at.date())
    if isinstance(move, commands.Tick) and move.state == "stuck" and stepped.outcome == "taken" and not step.guest:
        said = (_with_help(step, said[0], interview.meant(held, move)), *said[1:])
    return Said(step.state.having(stepped.interview).model_copy(update={"offered": ()}), said)


def _look(step: Step, wanted: commands.Look) -> Said:
    """Show something of the author's own plan."""
    if step.state.interview is not None and not step.mine:
        return Said(step.state, (voice.line(step.catalog, "only-owner", asker=True),))
    return _and_ask_again(step, Said(step.state, dialogue.look(step.catalog, step.state.interview, wanted)))


def _with_help(step: Step, reply: Reply, module: str) -> Reply:
    """Offer somebody who knows to a person who is stuck; in private, name them."""
    catalog, place = step.catalog, step.message.place
    found = catalog.roadmap.module.get(module)
    topics = found.topics if found else ()
    whom = handoff.whom(catalog, place, topics, step.ask_human)
    if whom:
        reply = replace(reply, blocks=(*reply.blocks, Note(voice.say(catalog, "ask-human", whom=whom))))
    return handoff.offered(catalog, place, reply, topics, step.ref, found.title if found else "")
