"""Put the agreed roadmap into replies: what to start with and why, the plan, the progress on it.

Everything said here comes from the catalog. Pure: must never decide what to recommend, that is `bot.roadmap`'s, nor
change a plan, that is `bot.interview`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot import answers, interview, keepsakes, markup, roadmap, voice
from bot.catalog.schema import Catalog
from bot.chat import Block, Bullets, Button, Buttons, Note, Reply, Table, Text
from bot.interview import Interview
from bot.roadmap import Recommendation
from bot.roadmap.kept import Kept
from bot.roadmap.plan import fit, go_on, spread
from bot.roadmap.road import Road, Stretch
from bot.voice import line, say

EXPLAINED = 2  # "not yet" topics that are explained; the rest is only named
SHORT = 6  # rows of the short table
MOST_HOURS = 60  # a week: more than that is no advice


# The roadmap -------------------------------------------------------------------------------
def roadmap_of(catalog: Catalog, held: Interview) -> tuple[Reply, ...]:
    """Show the roadmap: first what to start with and why, then what comes when."""
    road, kept = interview.road(catalog.roadmap, held), held.kept
    if road is None or kept is None:
        return ()
    return (_verdict(catalog, kept, road), _short(catalog, kept, road))


def _verdict(catalog: Catalog, kept: Kept, road: Road) -> Reply:
    """Say in one message what counts: start, next, not yet, why, and the first step."""
    verdict = roadmap.recommend(catalog.roadmap, kept.answers)
    blocks: list[Block] = [Text(_start(catalog, verdict)), Text(_following(catalog, verdict))]
    if verdict.not_yet:
        blocks.append(Bullets(_not_yet(catalog, verdict)))
    else:
        blocks.append(Text(verdict.nothing_held))
    if kept.later and not road.done:
        blocks.append(Text(_would_fit(catalog, kept)))
    if road.next:
        key = "plan-first" if road.next == road.stretches[0] else "plan-step"
        blocks.append(Text(catalog.replies[key].format(exit=road.next.exit, module=markup.escape(road.next.title))))
    sources = tuple(dict.fromkeys(["editorial", *(slug for each in verdict.not_yet for slug in each.sources)]))
    script = catalog.roadmap
    blocks.append(answers.source_line(catalog, sources, script.scoring.owner, script.scoring.reviewed))
    return Reply(tuple(blocks), title=catalog.replies["plan-title"].format(topic=verdict.first.title))


def _start(catalog: Catalog, verdict: Recommendation) -> str:
    said = [say(catalog, "plan-start", topic=verdict.first.title)]
    if verdict.gate_says:
        said.append(verdict.gate_says)
    top = [reason.text for reason in verdict.reasons[:2]]
    joined = voice.listed(catalog, top)
    said.append(catalog.replies["plan-because"].format(reasons=joined) if top else say(catalog, "plan-no-reason"))
    if verdict.close_call:
        tracks = voice.names(catalog, verdict.close_call)
        said.append(say(catalog, "plan-settled" if verdict.settled else "plan-close", topics=tracks))
    if verdict.guess:
        said.append(say(catalog, "plan-guess"))
    return " ".join(said)


def _following(catalog: Catalog, verdict: Recommendation) -> str:
    if verdict.second is None:
        return say(catalog, "plan-next-none")
    return catalog.replies["plan-next"].format(topic=verdict.second.title, ready=verdict.second.ready)


def _not_yet(catalog: Catalog, verdict: Recommendation) -> tuple[str, ...]:
    said = [
        catalog.replies["plan-not-yet"].format(
            topic=each.title, because=voice.listed(catalog, each.because), say=each.say, again=each.look_again
        )
        for each in verdict.not_yet[:EXPLAINED]
    ]
    others = [each.title for each in verdict.not_yet[EXPLAINED:]]
    if others:
        said.append(say(catalog, "plan-not-yet-others", topics=voice.listed(catalog, others)))
    return tuple(said)


def _would_fit(catalog: Catalog, kept: Kept) -> str:
    """Say that the wish is larger than the time, and what it would take."""
    hours = sum(each.hours for each in kept.stretches)
    whole = hours + _hours(catalog, kept.later)
    found = fit(catalog.roadmap, whole, kept.hours_a_week, kept.weeks)
    values = {"count": len(kept.stretches), "all": len(kept.stretches) + len(kept.later), "weeks": kept.weeks}
    said = [say(catalog, "plan-fits", hours=number(kept.hours_a_week), **values)]
    said.append(say(catalog, "plan-whole-fit", weeks=found.weeks, total=whole))
    if found.hours_a_week <= MOST_HOURS:
        said.append(say(catalog, "plan-whole-hours", hours=found.hours_a_week))
    return " ".join(said)


def _hours(catalog: Catalog, modules: Sequence[str]) -> int:
    return sum(catalog.roadmap.module[each].hours for each in modules if each in catalog.roadmap.module)


# The plan ----------------------------------------------------------------------------------
def _short(catalog: Catalog, kept: Kept, road: Road) -> Reply:
    """Show what comes when: the rows around the next step, and what can be done about it."""
    at = road.stretches.index(road.next) if road.next else 0
    rows = road.stretches[at : at + SHORT]
    blocks: list[Block] = [Text(_sum(catalog, kept, road))]
    if rows:
        columns = tuple(say(catalog, f"plan-column-{name}") for name in ("until", "what", "hours", "state"))
        cells = [(day(each.to), _learn(each), _range(each.hours), state(catalog, road, each)) for each in rows]
        blocks.append(Table(columns, tuple(cells)))
    more = len(road.stretches) - at - len(rows)
    if more:
        blocks.append(Note(say(catalog, "plan-more-one" if more == 1 else "plan-more", count=more)))
    if road.stretches and road.stretches[-1].after:
        blocks.append(Text(catalog.replies["plan-then"].format(after=road.stretches[-1].after)))
    blocks += step_buttons(catalog, road)
    ways = ["all", "whatif", "status"]
    blocks.append(Buttons(tuple(Button(say(catalog, f"plan-{each}"), f"/{each}") for each in ways)))
    blocks += [keepsakes.row(catalog), _changes(catalog)]
    return Reply(tuple(blocks), title=say(catalog, "plan-table-title"))


def _changes(catalog: Catalog) -> Buttons:
    ways = (("plan-change", "/change goal"), ("plan-pace", "/change hours"), ("restart", "/restart"), ("stop", "/stop"))
    return Buttons(tuple(Button(say(catalog, key), says, "quiet") for key, says in ways))


def step_buttons(catalog: Catalog, road: Road) -> tuple[Buttons, ...]:
    """Offer what can be said of the next module; nothing at the end of the road."""
    if road.next is None:
        return ()
    stuck = road.next.mark is not None
    ways = [("done", "done"), ("unstuck", "undo") if stuck else ("stuck", "stuck"), ("skip", "skip"), ("why", "why")]
    buttons = [Button(say(catalog, f"step-{key}"), f"/{verb} {road.next.id}") for key, verb in ways]
    return (Buttons(tuple(buttons), say(catalog, "step-label", module=road.next.title)),)


def whole(catalog: Catalog, held: Interview) -> Reply | None:
    """Show all of the plan: every module with its proof, what is known, what comes later. None without a plan."""
    road, kept = interview.road(catalog.roadmap, held), held.kept
    if road is None or kept is None:
        return None
    blocks: list[Block] = [Text(_sum(catalog, kept, road))]
    if road.stretches:
        columns = tuple(say(catalog, f"plan-column-{name}") for name in ("when", "what", "hours", "exit", "state"))
        rows = [
            (when(each.start, each.to), _learn(each), _ranged(each.hours), each.exit, state(catalog, road, each))
            for each in road.stretches
        ]
        blocks.append(Table(columns, tuple(rows)))
    blocks.append(Text(_rest(catalog, kept, road)))
    if road.known:
        titles = voice.listed(catalog, [each.title for each in road.known])
        blocks.append(Note(say(catalog, "plan-known", modules=titles)))
        back = [Button(each.title, f"/relearn {each.id}", "quiet") for each in road.known]
        blocks.append(Buttons(tuple(back), say(catalog, "plan-relearn-label")))
    weeks = catalog.roadmap.plan.project_weeks
    long = [each.title for each in road.stretches if (each.to - each.start).days >= 7 * weeks]
    hours = say(catalog, "plan-hours")
    blocks.append(Note(f"{hours} {say(catalog, 'plan-long', modules=voice.listed(catalog, long))}" if long else hours))
    if road.off:
        blocks.append(Note(say(catalog, "plan-off", spans=voice.listed(catalog, [when(*each) for each in road.off]))))
    if road.weekdays:
        blocks.append(Note(say(catalog, "plan-weekdays", days=weekdays(catalog, road.weekdays))))
    blocks.append(_changes(catalog))
    return Reply(tuple(blocks), title=say(catalog, "plan-table-title"))


def _sum(catalog: Catalog, kept: Kept, road: Road) -> str:
    if road.done:
        return _going(catalog, road)
    used = sum(each.hours for each in road.stretches)
    low, high = spread(used)
    plan = catalog.roadmap.plan
    capacity = kept.hours_a_week * kept.weeks * plan.share
    values = {"count": len(road.stretches), "used": used, "low": low, "high": high, "capacity": number(capacity)}
    values |= {"weeks": kept.weeks, "start": day(road.start), "end": day(road.end)}
    keys = ("plan-empty", "plan-summary-one", "plan-summary")
    said = [say(catalog, keys[min(len(road.stretches), 2)], **values)]
    if not all(kept.answers.get(name) for name in ("hours", "horizon")):
        said.append(say(catalog, "plan-assumed", hours=number(kept.hours_a_week), weeks=kept.weeks))
    if capacity < plan.small:
        said.append(say(catalog, "plan-small"))
    return " ".join(said)


def _going(catalog: Catalog, road: Road) -> str:
    """Say how far it is, once something is behind."""
    left = sum(each.hours for each in road.stretches if each.mark is None or each.mark.state == "stuck")
    low, high = spread(left) if left else (0, 0)
    values = {"done": road.done, "count": len(road.stretches), "left": left, "low": low, "high": high}
    return say(catalog, "progress" if road.next else "progress-all", end=day(road.end), **values)


def _rest(catalog: Catalog, kept: Kept, road: Road) -> str:
    """Say what comes after the plan: the modules that didn't fit and what it takes, or where to go on."""
    script = catalog.roadmap
    if not kept.later:
        onward = go_on(script, roadmap.recommend(script, kept.answers))
        if onward is None:
            return say(catalog, "plan-complete-end")
        return say(catalog, "plan-complete", path=onward.title, topic=onward.topic_title)
    first = _hours(catalog, kept.later[:1])
    found = fit(script, sum(each.hours for each in road.stretches) + first, kept.hours_a_week, kept.weeks)
    said = [say(catalog, "plan-next-module", module=road.later[0], hours=first) if road.later else ""]
    if len(road.later) > 1:
        said.append(say(catalog, "plan-later", modules=voice.listed(catalog, road.later[1:])))
    if not road.done:
        said.append(say(catalog, "plan-next-fit", weeks=found.weeks, hours=found.hours_a_week))
    return " ".join(said).strip()


# Progress ----------------------------------------------------------------------------------
def progress(catalog: Catalog, held: Interview, today: date) -> Reply | None:
    """Say how far somebody is: what is behind, what is next, what is left, what is stuck. None without a plan."""
    road = interview.road(catalog.roadmap, held)
    if road is None:
        return None
    blocks: list[Block] = [Text(_going(catalog, road))]
    if road.next:
        blocks.append(Text(_next(catalog, road.next, today)))
        blocks += _places(road.next)
    stuck = [each.title for each in road.stretches if each.mark and each.mark.state == "stuck" and each != road.next]
    if stuck:
        blocks.append(Text(say(catalog, "progress-stuck", modules=voice.listed(catalog, stuck))))
    blocks += step_buttons(catalog, road)
    shows = (Button(say(catalog, "plan-show"), "/plan", "primary"), Button(say(catalog, "plan-all"), "/all"))
    blocks.append(Buttons(shows))
    return Reply(tuple(blocks), title=say(catalog, "progress-title"))


def _next(catalog: Catalog, stretch: Stretch, today: date) -> str:
    values = {"module": markup.escape(stretch.title), "hours": stretch.hours, "to": day(stretch.to)}
    said = [catalog.replies["progress-next"].format(exit=stretch.exit, **values)]
    if stretch.mark:
        said.append(say(catalog, "progress-next-stuck", on=day(stretch.mark.on)))
    elif today > stretch.to:
        said.append(say(catalog, "progress-late", days=(today - stretch.to).days))
    return " ".join(said)


def _places(stretch: Stretch) -> tuple[Bullets, ...]:
    """List where to learn it."""
    links = tuple(f"[{markup.escape(each.title)}]({each.url})" for each in stretch.resources)
    return (Bullets(links),) if links else ()


def proof(catalog: Catalog, held: Interview, module: str) -> Reply:
    """Show what proves a module, before it counts as done."""
    found = catalog.roadmap.module[module]
    said = catalog.replies["tick-proof"].format(module=markup.escape(found.title), exit=found.exit)
    yes = Button(say(catalog, "tick-yes"), f"/done {module} yes", "primary")
    no = Button(say(catalog, "tick-no"), "/status")
    return Reply((Text(said), Buttons((yes, no), say(catalog, "tick-ask"))), title=say(catalog, "tick-title"))


def ticked(catalog: Catalog, held: Interview, module: str, today: date) -> Reply:
    """Say what a mark changed, and what is next."""
    road = interview.road(catalog.roadmap, held)
    stretch = next((each for each in road.stretches if each.id == module), None) if road else None
    if road is None or stretch is None:
        return line(catalog, "not-done-no-road")
    mark = stretch.mark.state if stretch.mark else "open"
    if mark == "stuck":
        return _helped(catalog, road, stretch)
    values = {"module": stretch.title, "done": road.done, "count": len(road.stretches)}
    blocks: list[Block] = [Text(say(catalog, f"tick-{mark}", **values))]
    if road.next is None:
        blocks.append(Text(say(catalog, "tick-end", topic=road.topic_title)))
        blocks.append(Buttons((Button(say(catalog, "restart"), "/restart"),)))
    else:
        blocks.append(Text(_next(catalog, road.next, today)))
        blocks += [*_places(road.next), *step_buttons(catalog, road)]
    return Reply(tuple(blocks))


def _helped(catalog: Catalog, road: Road, stretch: Stretch) -> Reply:
    """Say something kind and useful to somebody who is stuck: a smaller step, what it rests on, or another way."""
    blocks: list[Block] = [Text(say(catalog, "tick-stuck", module=stretch.title))]
    if stretch.resources:
        blocks.append(Text(say(catalog, "stuck-smaller", resource=stretch.resources[0].title)))
    rests_on = [each for each in road.stretches if each.id in stretch.needs]
    open_ = [each.title for each in rests_on if each.mark is None or each.mark.state != "done"]
    if open_:
        blocks.append(Text(say(catalog, "stuck-needs", modules=voice.listed(catalog, open_))))
    blocks += _places(stretch)
    ways = (("step-unstuck", "undo"), ("step-skip", "skip"), ("step-done", "done"))
    buttons = [Button(say(catalog, key), f"/{verb} {stretch.id}") for key, verb in ways]
    blocks.append(Buttons((*buttons, Button(say(catalog, "step-replan"), "/replan"))))
    return Reply(tuple(blocks))


# Words -------------------------------------------------------------------------------------
def state(catalog: Catalog, road: Road, stretch: Stretch) -> str:
    """Name how far a stretch is."""
    mark = stretch.mark.state if stretch.mark else "next" if stretch == road.next else "open"
    return say(catalog, f"mark-{mark}")


def _learn(stretch: Stretch) -> str:
    if not stretch.resources:
        return markup.escape(stretch.title)
    first = next((each for each in stretch.resources if each.checked), stretch.resources[0])
    return f"[{markup.escape(stretch.title)}]({first.url})"


def _ranged(hours: int) -> str:
    return f"{hours} ({_range(hours)})"


def _range(hours: int) -> str:
    low, high = spread(hours)
    return f"{low}–{high}" if low < high else f"{hours}"


def weekdays(catalog: Catalog, days: Sequence[int]) -> str:
    """Name days of the week."""
    names = catalog.replies["weekdays"].split("; ")
    return voice.listed(catalog, [names[each] for each in days if 0 <= each < len(names)])


def when(first: date, last: date) -> str:
    """Write a span of days."""
    return f"{day(first)} – {day(last)}"


def day(value: date) -> str:
    """Write a day."""
    return value.isoformat()


def number(value: Decimal) -> str:
    """Write a number without needless zeros."""
    return f"{value.normalize():f}"
