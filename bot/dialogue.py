"""Put the interview into replies: a question, the review, what a move did.

Everything said here comes from the catalog. Pure: must never decide what comes next, that is
`bot.interview`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import answers, commands, crossroads, interview, markup, roadbook, voice
from bot.catalog.schema import AnswerId, Catalog
from bot.catalog.script import Question
from bot.chat import Block, Button, Buttons, Choices, Message, Note, Option, Reply, Table, Text
from bot.interview import Interview, Stepped
from bot.voice import line, say

# Moves that are about the agreed plan once there is one.
ROAD_MOVES = (
    commands.Finish,
    commands.Relearn,
    commands.StartOn,
    commands.Tick,
    commands.Accept,
    commands.Keep,
    commands.Replan,
    commands.Off,
    commands.Weekdays,
)
# What is heard in the thread of a finished roadmap even when nobody was addressed, as is a mark on a module by name.
_HEARD = (commands.Status, commands.Off)


def welcome(catalog: Catalog, *, unasked: bool = False) -> Reply:
    """Greet someone who comes for the first time; `unasked`, with a way to have no more of that."""
    blocks: list[Block] = [Text(say(catalog, "welcome")), Note(say(catalog, "welcome-more"))]
    blocks += answers.starters(catalog)
    if unasked:
        blocks.append(Buttons((Button(say(catalog, "greetings-stop"), "/greetings off", "quiet"),)))
    return Reply(tuple(blocks))


def invite(catalog: Catalog, topics: Sequence[str]) -> Reply:
    """Offer the interview; for one topic with a path, show its usual road too."""
    script = catalog.roadmap
    start = Button(say(catalog, "start-roadmap"), "/roadmap", "primary")
    blocks: list[Block] = []
    route = next((path for topic in topics for path in script.path.values() if path.topic == topic), None)
    if route and len(topics) == 1:
        modules = [script.module[each] for each in route.modules]
        hours = sum(module.hours for module in modules)
        topic = voice.names(catalog, topics)
        blocks.append(Text(say(catalog, "path-lead", topic=topic, count=len(modules), hours=hours)))
        columns = tuple(say(catalog, f"path-column-{name}") for name in ("order", "module", "hours", "exit"))
        rows = [(str(n), m.title, str(m.hours), m.exit) for n, m in enumerate(modules, 1)]
        blocks.append(Table(columns, tuple(rows)))
        blocks.append(answers.source_line(catalog, ("editorial",), script.paths.owner, script.paths.reviewed))
    blocks += [Text(say(catalog, "roadmap-lead")), Buttons((start,))]
    return Reply(tuple(blocks), title=answers.title(catalog, AnswerId("roadmap", tuple(topics))))


# The open question -------------------------------------------------------------------------
def is_open(catalog: Catalog, held: Interview | None) -> bool:
    """Whether an interview waits for its owner: a question, or the review to be confirmed."""
    return held is not None and interview.stage(catalog.roadmap, held) in ("asking", "review")


def read(catalog: Catalog, held: Interview, said: str) -> interview.Read | None:
    """Read free text as a move of the interview, or a look at its plan; None when it says something else."""
    return interview.read(catalog.roadmap, held, said)


def waits_for(catalog: Catalog, held: Interview | None, message: Message) -> bool:
    """Whether an unaddressed message is for us: an answer to the open question, or a word on their own plan."""
    if held is None or held.owner != message.author or held.stopped:
        return False
    if not is_open(catalog, held) and not held.finished:
        return False
    found = read(catalog, held, message.text)
    if held.finished:
        return isinstance(found, _HEARD) or (isinstance(found, commands.Tick) and found.module != "")
    return found is not None


def answers_it(catalog: Catalog, held: Interview | None, message: Message) -> bool:
    """Whether a message is meant as an answer to its author's open question, read or not: it asks nothing itself."""
    if held is None or held.owner != message.author or not is_open(catalog, held):
        return False
    return not interview.asks(catalog.roadmap, message.text)


def now(catalog: Catalog, held: Interview) -> tuple[Reply, ...]:
    """Show where the interview stands: the open question, the review, or the roadmap."""
    match interview.stage(catalog.roadmap, held):
        case "paused":
            return (_paused(catalog),)
        case "review":
            return (_review(catalog, held),)
        case "finished":
            return (*roadbook.roadmap_of(catalog, held), *crossroads.offer(catalog, held))
        case "stopped":
            return (line(catalog, "status-idle"),)
    question = interview.open_question(catalog.roadmap, held)
    return (_ask(catalog, held, question),) if question else ()


def _ask(catalog: Catalog, held: Interview, question: Question) -> Reply:
    """Put one question: choices to press, and the ways around it."""
    blocks: list[Block] = [Text(f"**{question.ask}**")]
    if question.several:
        chosen = interview.chosen(catalog.roadmap, held, question)
        options = tuple(Option(each.id, each.label, each.id in chosen) for each in question.options.values())
        hint, confirm = say(catalog, "several-hint"), say(catalog, "confirm")
        blocks.append(Choices(hint, options, f"/answer {question.id}", confirm))
    else:
        buttons = [Button(each.label, f"/answer {question.id} {each.id}") for each in question.options.values()]
        blocks.append(Buttons(tuple(buttons), say(catalog, "single-hint")))
    number, total = interview.progress(catalog.roadmap, held, question)
    blocks.append(Buttons(_ways(catalog, first=number == 1), say(catalog, "ways")))
    key = "question-title" if number else "question-extra"
    return Reply(tuple(blocks), title=catalog.replies[key].format(number=number, total=total))


def _ways(catalog: Catalog, *, first: bool) -> tuple[Button, ...]:
    ways = [("skip", "/skip"), ("back", "/back"), ("why-ask", "/why"), ("pause", "/pause")]
    return tuple(Button(say(catalog, key), says, "quiet") for key, says in ways if not (first and key == "back"))


def _review(catalog: Catalog, held: Interview) -> Reply:
    """Show all answers before the plan is made; each can be changed."""
    asked = interview.review(catalog.roadmap, held)
    rows = []
    for each in asked:
        labels = "; ".join(option.label for option in each.options)
        rows.append((_titled(each.question), markup.escape(labels) or say(catalog, "review-not-sure")))
    change = [Button(_titled(each.question), f"/change {each.question.id}", "quiet") for each in asked]
    make = [Button(say(catalog, "review-make"), "/plan", "primary")]
    if held.kept is not None:
        make.append(Button(say(catalog, "offer-keep"), "/keep"))
    return Reply(
        (
            Text(say(catalog, "review-lead")),
            Table((say(catalog, "review-question"), say(catalog, "review-answer")), tuple(rows)),
            Buttons(tuple(make)),
            Buttons(tuple(change), say(catalog, "review-change")),
        ),
        title=say(catalog, "review-title"),
    )


def _titled(question: Question) -> str:
    return question.title[:1].upper() + question.title[1:]


def _paused(catalog: Catalog) -> Reply:
    go_on = Button(say(catalog, "resume"), "/resume", "primary")
    stop = Button(say(catalog, "stop"), "/stop", "quiet")
    return Reply((Text(say(catalog, "paused")), Buttons((go_on, stop))))


# After a move ------------------------------------------------------------------------------
def after(
    catalog: Catalog, before: Interview, move: commands.Move | commands.Walk, stepped: Stepped, today: date
) -> tuple[Reply, ...]:
    """Say what a move did, then where the interview stands."""
    held = stepped.interview
    if isinstance(move, commands.Tick) and held.kept is not None:
        return _ticked(catalog, before, move, stepped, today)
    if isinstance(move, ROAD_MOVES) and stepped.outcome == "taken" and held.finished:
        return crossroads.walked(catalog, before, move, stepped)
    refused = stepped.outcome not in ("taken", "unchanged")
    if refused and held.finished:
        if stepped.outcome == "other-proposed":
            return (*_did(catalog, before, move, stepped), *crossroads.offer(catalog, held))
        return _did(catalog, before, move, stepped)
    return (*_did(catalog, before, move, stepped), *now(catalog, held))


def _ticked(
    catalog: Catalog, before: Interview, move: commands.Tick, stepped: Stepped, today: date
) -> tuple[Reply, ...]:
    held = stepped.interview
    module = interview.meant(before, move)
    match stepped.outcome:
        case "asked":
            return (roadbook.proof(catalog, held, module),)
        case "taken" | "unchanged":
            return (roadbook.ticked(catalog, held, module, today),)
    return _did(catalog, before, move, stepped)


def _did(
    catalog: Catalog, before: Interview, move: commands.Move | commands.Walk, stepped: Stepped
) -> tuple[Reply, ...]:
    if isinstance(move, commands.WhyAsk):
        question = interview.open_question(catalog.roadmap, before)
        return (Reply((Text(question.why),)),) if question else ()
    if stepped.outcome not in ("taken", "unchanged"):
        return (line(catalog, f"not-done-{stepped.outcome}", asker=True),)
    match move:
        case commands.Restart():
            return (line(catalog, "restarted-kept" if stepped.interview.kept else "restarted"),)
        case commands.Skip():
            return (line(catalog, "skipped"),)
        case commands.Give(name, _, near):
            return (_noted(catalog, name, stepped.interview.answers.get(name, ()), near=near),)
        case commands.Change(name, values) if values:
            return (_noted(catalog, name, stepped.interview.answers.get(name, ())),)
    return ()


def _noted(catalog: Catalog, name: str, values: Sequence[str], *, near: bool = False) -> Reply:
    script = catalog.roadmap
    question = script.questions.get(name, script.interview.close_call)
    labels = [question.options[value].label for value in values if value in question.options]
    key = "taken-near" if near else "taken"
    return line(catalog, key, answer="; ".join(labels)) if labels else line(catalog, "skipped")


def status(catalog: Catalog, held: Interview | None, today: date) -> tuple[Reply, ...]:
    """Say what is open in this thread: the question, or how far somebody is on their road."""
    if held is None:
        return (line(catalog, "status-idle"),)
    told = roadbook.progress(catalog, held, today) if held.finished else None
    return (told, *crossroads.offer(catalog, held)) if told else now(catalog, held)


def look(catalog: Catalog, held: Interview | None, wanted: commands.Look) -> tuple[Reply, ...]:
    """Show something of the agreed plan."""
    if held is None or held.kept is None:
        return (line(catalog, "not-done-no-road", asker=True),)
    match wanted:
        case commands.WhyModule(module):
            return (crossroads.why_module(catalog, held, module),)
        case commands.WhatIf():
            return (crossroads.what_if(catalog, held),)
    shown = roadbook.whole(catalog, held)
    return (shown,) if shown else ()


def really_stop(catalog: Catalog) -> Reply:
    """Ask once before a finished roadmap is deleted."""
    keep, delete = Button(say(catalog, "stop-keep"), "/status"), Button(say(catalog, "stop"), "/stop", "quiet")
    return Reply((Text(say(catalog, "really-stop")), Buttons((keep, delete))))


def kept_here(catalog: Catalog) -> Reply:
    """Say that a roadmap is kept here, and how to begin again."""
    return Reply((Text(say(catalog, "plan-again")), Buttons((Button(say(catalog, "restart"), "/restart", "quiet"),))))


def reopened(catalog: Catalog, held: Interview | None, author: str) -> tuple[Reply, ...]:
    """Say what someone sees who comes back to a thread that was used before."""
    if held is None:
        return ()
    if held.owner != author:
        return (Reply((Text(say(catalog, "someone-elses")), *answers.starters(catalog))),)
    if held.finished:
        show = Button(say(catalog, "plan-show"), "/status", "primary")
        return (Reply((Text(say(catalog, "plan-kept")), Buttons((show,)))),)
    return (line(catalog, "interview-welcome-back"), *now(catalog, held))
