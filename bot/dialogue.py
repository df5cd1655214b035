"""Put the interview and the plan into replies: a question, the review, the roadmap.

Everything said here comes from the catalog. Pure: must never decide what comes next, that is
`bot.interview`'s, nor what to recommend, that is `bot.roadmap`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot import answers, commands, interview, markup, roadmap
from bot.answers import line, say
from bot.catalog.schema import AnswerId, Catalog
from bot.catalog.script import Question
from bot.chat import Block, Bullets, Button, Buttons, Choices, Message, Note, Option, Reply, Table, Text
from bot.interview import Interview, Stepped
from bot.roadmap import Plan, Planned, Recommendation

EXPLAINED = 2  # "not yet" topics that are explained; the rest is only named


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
        topic = answers.names(catalog, topics)
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


def read(catalog: Catalog, held: Interview, said: str) -> commands.Move | None:
    """Read free text as a move of the interview; None when it says something else."""
    return interview.read(catalog.roadmap, held, said)


def waits_for(catalog: Catalog, held: Interview | None, message: Message) -> bool:
    """Whether an unaddressed message is an answer to the open question by the one it was put to."""
    if held is None or held.owner != message.author or not is_open(catalog, held):
        return False
    return read(catalog, held, message.text) is not None


def now(catalog: Catalog, held: Interview) -> tuple[Reply, ...]:
    """Show where the interview stands: the open question, the review, or the roadmap."""
    match interview.stage(catalog.roadmap, held):
        case "paused":
            return (_paused(catalog),)
        case "review":
            return (_review(catalog, held),)
        case "finished":
            return _roadmap(catalog, held)
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
    return Reply(
        (
            Text(say(catalog, "review-lead")),
            Table((say(catalog, "review-question"), say(catalog, "review-answer")), tuple(rows)),
            Buttons((Button(say(catalog, "review-make"), "/plan", "primary"),)),
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
def after(catalog: Catalog, before: Interview, move: commands.Move, stepped: Stepped) -> tuple[Reply, ...]:
    """Say what a move did, then where the interview stands."""
    return (*_did(catalog, before, move, stepped), *now(catalog, stepped.interview))


def _did(catalog: Catalog, before: Interview, move: commands.Move, stepped: Stepped) -> tuple[Reply, ...]:
    if isinstance(move, commands.WhyAsk):
        question = interview.open_question(catalog.roadmap, before)
        return (Reply((Text(question.why),)),) if question else ()
    if stepped.outcome not in ("taken", "unchanged"):
        return (line(catalog, f"not-done-{stepped.outcome}", asker=True),)
    match move:
        case commands.Restart():
            return (line(catalog, "restarted"),)
        case commands.Skip():
            return (line(catalog, "skipped"),)
        case commands.Give(name):
            return (_noted(catalog, before, name, stepped.interview.answers.get(name, ())),)
    return ()


def _noted(catalog: Catalog, before: Interview, name: str, values: Sequence[str]) -> Reply:
    question = interview.open_question(catalog.roadmap, before)
    options = question.options if question and question.id == name else {}
    labels = [options[value].label for value in values if value in options]
    return line(catalog, "taken", answer="; ".join(labels)) if labels else line(catalog, "skipped")


def status(catalog: Catalog, held: Interview | None) -> tuple[Reply, ...]:
    """Say what is open in this thread."""
    return now(catalog, held) if held is not None else (line(catalog, "status-idle"),)


def really_stop(catalog: Catalog) -> Reply:
    """Ask once before a finished roadmap is deleted."""
    keep, delete = Button(say(catalog, "stop-keep"), "/status"), Button(say(catalog, "stop"), "/stop", "quiet")
    return Reply((Text(say(catalog, "really-stop")), Buttons((keep, delete))))


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


# The roadmap -------------------------------------------------------------------------------
def _roadmap(catalog: Catalog, held: Interview) -> tuple[Reply, ...]:
    """Show the result: first what to start with and why, then the dated plan."""
    given = interview.given(catalog.roadmap, held)
    verdict = roadmap.recommend(catalog.roadmap, given)
    plan = roadmap.plan(catalog.roadmap, verdict, given, held.start_on or held.started, held.relearn)
    return (_verdict(catalog, verdict, plan), _plan(catalog, plan))


def _verdict(catalog: Catalog, verdict: Recommendation, plan: Plan) -> Reply:
    blocks: list[Block] = [Text(_start(catalog, verdict)), Text(_following(catalog, verdict))]
    if verdict.not_yet:
        held = [
            catalog.replies["plan-not-yet"].format(
                topic=each.title, because=_joined(catalog, each.because), say=each.say, again=each.look_again
            )
            for each in verdict.not_yet[:EXPLAINED]
        ]
        if len(verdict.not_yet) > EXPLAINED:
            others = [each.title for each in verdict.not_yet[EXPLAINED:]]
            held.append(say(catalog, "plan-not-yet-others", topics=answers.listed(catalog, others)))
        blocks.append(Bullets(tuple(held)))
    else:
        blocks.append(Text(verdict.nothing_held))
    if plan.modules:
        blocks.append(Text(catalog.replies["plan-first"].format(exit=plan.modules[0].exit)))
    sources = tuple(dict.fromkeys(["editorial", *(slug for each in verdict.not_yet for slug in each.sources)]))
    script = catalog.roadmap
    blocks.append(answers.source_line(catalog, sources, script.scoring.owner, script.scoring.reviewed))
    return Reply(tuple(blocks), title=catalog.replies["plan-title"].format(topic=verdict.first.title))


def _start(catalog: Catalog, verdict: Recommendation) -> str:
    said = [say(catalog, "plan-start", topic=verdict.first.title)]
    if verdict.gate_says:
        said.append(verdict.gate_says)
    top = [reason.text for reason in verdict.reasons[:2]]
    said.append(
        catalog.replies["plan-because"].format(reasons=_joined(catalog, top)) if top else say(catalog, "plan-no-reason")
    )
    if verdict.close_call:
        tracks = answers.names(catalog, verdict.close_call)
        said.append(say(catalog, "plan-settled" if verdict.settled else "plan-close", topics=tracks))
    if verdict.guess:
        said.append(say(catalog, "plan-guess"))
    return " ".join(said)


def _following(catalog: Catalog, verdict: Recommendation) -> str:
    if verdict.second is None:
        return say(catalog, "plan-next-none")
    return catalog.replies["plan-next"].format(topic=verdict.second.title, ready=verdict.second.ready)


def _joined(catalog: Catalog, parts: Sequence[str]) -> str:
    return answers.listed(catalog, parts)


def _plan(catalog: Catalog, plan: Plan) -> Reply:
    blocks: list[Block] = [Text(_sum(catalog, plan))]
    if plan.modules:
        columns = tuple(say(catalog, f"plan-column-{name}") for name in ("when", "what", "hours", "exit"))
        rows = [(_when(each.start, each.to), _learn(each), str(each.hours), each.exit) for each in plan.modules]
        blocks.append(Table(columns, tuple(rows)))
        blocks.append(Text(catalog.replies["plan-then"].format(after=plan.modules[-1].after)))
    blocks.append(Text(_rest(catalog, plan)))
    if plan.known:
        titles = answers.listed(catalog, [each.title for each in plan.known])
        blocks.append(Note(say(catalog, "plan-known", modules=titles)))
        back = [Button(each.title, f"/relearn {each.id}", "quiet") for each in plan.known]
        blocks.append(Buttons(tuple(back), say(catalog, "plan-relearn-label")))
    long = answers.listed(catalog, [each.title for each in plan.modules if each.long])
    blocks.append(Note(say(catalog, "plan-hours") + (" " + say(catalog, "plan-long", modules=long) if long else "")))
    ways = (("plan-change", "/change goal"), ("plan-pace", "/change hours"), ("restart", "/restart"), ("stop", "/stop"))
    blocks.append(Buttons(tuple(Button(say(catalog, key), says, "quiet") for key, says in ways)))
    return Reply(tuple(blocks), title=say(catalog, "plan-table-title"))


def _sum(catalog: Catalog, plan: Plan) -> str:
    values = {
        "count": len(plan.modules),
        "used": plan.hours_used,
        "capacity": _number(plan.capacity),
        "weeks": plan.weeks,
        "start": _day(plan.start),
        "end": _day(plan.end),
    }
    keys = ("plan-empty", "plan-summary-one", "plan-summary")
    said = [say(catalog, keys[min(len(plan.modules), 2)], **values)]
    if plan.assumed:
        said.append(say(catalog, "plan-assumed", hours=_number(plan.hours_a_week), weeks=plan.weeks))
    if plan.small:
        said.append(say(catalog, "plan-small"))
    return " ".join(said)


def _rest(catalog: Catalog, plan: Plan) -> str:
    """Say what comes after the plan: the module that didn't fit and what it takes, or where to go on."""
    if plan.next is None:
        if plan.go_on is None:
            return say(catalog, "plan-complete-end")
        return say(catalog, "plan-complete", path=plan.go_on.title, topic=plan.go_on.topic_title)
    said = [say(catalog, "plan-next-module", module=plan.next.title, hours=plan.next.hours, left=len(plan.left_out))]
    if plan.next_fit:
        fit = plan.next_fit
        said.append(say(catalog, "plan-next-fit", weeks=fit.weeks, hours=fit.hours_a_week))
    if plan.whole_fit:
        said.append(say(catalog, "plan-whole-fit", weeks=plan.whole_fit.weeks, total=plan.whole_fit.hours))
    return " ".join(said)


def _learn(module: Planned) -> str:
    first = next((each for each in module.resources if each.checked), module.resources[0])
    return f"[{markup.escape(module.title)}]({first.url})"


def _when(first: date, last: date) -> str:
    return f"{_day(first)} – {_day(last)}"


def _day(day: date) -> str:
    return day.isoformat()


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
