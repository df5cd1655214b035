"""Put choices about the agreed roadmap into replies: another plan beside it, what one answer changes, then and now.

Everything said here comes from the catalog. Pure: must never choose for the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot import commands, interview, markup, roadbook, roadmap
from bot.catalog.schema import Catalog
from bot.catalog.script import CLOSE_CALL
from bot.chat import Block, Bullets, Button, Buttons, Note, Reply, Table, Text
from bot.interview import Interview, Stepped
from bot.roadbook import day, when
from bot.roadmap.differences import Differences, differences
from bot.roadmap.plan import known_modules
from bot.roadmap.whatif import swing
from bot.voice import line, listed, say

Step = commands.Move | commands.Walk

NAMED = 5  # modules named of each kind of change; the rest is counted


# Another plan ------------------------------------------------------------------------------
def offer(catalog: Catalog, held: Interview, why: str = "") -> tuple[Reply, ...]:
    """Show what the proposed plan would change, and ask; nothing when none is proposed."""
    if held.kept is None or held.proposed is None:
        return ()
    found = differences(held.kept, held.proposed, held.marks)
    blocks: list[Block] = [Text(say(catalog, f"offer-{why}" if why else "offer"))]
    blocks.append(Bullets(tuple(_changed(catalog, found))))
    blocks.append(Note(say(catalog, "offer-safe")))
    take = Button(say(catalog, "offer-accept"), f"/accept {held.proposed.mark}", "primary")
    blocks.append(Buttons((take, Button(say(catalog, "offer-keep"), "/keep"))))
    return (Reply(tuple(blocks), title=say(catalog, "offer-title")),)


def _changed(catalog: Catalog, found: Differences) -> Iterable[str]:
    if found.topic[0] != found.topic[1]:
        yield say(catalog, "offer-topic", before=found.topic[0], after=found.topic[1])
    for key, modules in (("offer-added", found.added), ("offer-removed", found.removed)):
        for each in modules[:NAMED]:
            yield say(catalog, key, module=each.title, hours=each.hours)
        if len(modules) > NAMED:
            yield say(catalog, f"{key}-more", count=len(modules) - NAMED)
    for moved in found.moved[:NAMED]:
        days = when(moved.after.start, moved.after.to)
        yield say(catalog, "offer-moved", module=moved.after.title, now=days, was=day(moved.before.start))
    if len(found.moved) > NAMED:
        yield say(catalog, "offer-moved-more", count=len(found.moved) - NAMED)
    before, after = found.hours
    yield say(catalog, "offer-hours" if before != after else "offer-hours-same", before=before, after=after)
    if found.end[0] != found.end[1]:
        yield say(catalog, "offer-end", before=day(found.end[0]), after=day(found.end[1]))


def walked(catalog: Catalog, before: Interview, move: Step, stepped: Stepped) -> tuple[Reply, ...]:
    """Say what a move did to an agreed plan: the change to agree to, or the plan as it is now."""
    held = stepped.interview
    match move:
        case commands.Accept():
            return (line(catalog, "offer-accepted"), *roadbook.roadmap_of(catalog, held))
        case commands.Keep():
            return (line(catalog, "offer-kept"), *roadbook.roadmap_of(catalog, held)[1:])
        case commands.Finish():
            offered = offer(catalog, held)
            if before.finished:
                return (*roadbook.roadmap_of(catalog, held), *offered)
            return (*_then(catalog, before, held), *(offered or roadbook.roadmap_of(catalog, held)))
    said = _noted(catalog, before, held, move)
    if isinstance(move, commands.Weekdays):
        return said
    offered = offer(catalog, held)
    return (*said, *(offered or (() if said else (line(catalog, "offer-nothing"),))))


def _noted(catalog: Catalog, before: Interview, held: Interview, move: Step) -> tuple[Reply, ...]:
    match move:
        case commands.Off(first, last):
            key = "off-noted" if len(held.off) > len(before.off) else "off-gone"
            return (line(catalog, key, span=when(first, last)),)
        case commands.Weekdays(days) if days:
            return (line(catalog, "weekdays-noted", days=roadbook.weekdays(catalog, days)),)
        case commands.Weekdays():
            return (line(catalog, "weekdays-any"),)
    return ()


# Then and now ------------------------------------------------------------------------------
def _then(catalog: Catalog, before: Interview, held: Interview) -> tuple[Reply, ...]:
    """Compare the answers with the last interview's, when this was another one."""
    then = held.then
    if then is None or before.kept is None or then.answers != before.kept.answers:
        return ()
    now = interview.given(catalog.roadmap, held)
    rows = [
        (_titled(each.question.title), _labels(catalog, each.question.id, then.answers), answered)
        for each in interview.review(catalog.roadmap, held)
        if then.answers.get(each.question.id, ()) != now.get(each.question.id, ())
        for answered in (_labels(catalog, each.question.id, now),)
    ]
    fresh = roadmap.recommend(catalog.roadmap, now).first.title
    result = say(catalog, "then-other" if fresh != then.topic else "then-same", before=then.topic, after=fresh)
    if not rows:
        return (Reply((Text(say(catalog, "then-nothing", on=day(then.on))),)),)
    columns = tuple(say(catalog, f"then-{name}") for name in ("question", "before", "now"))
    lead = Text(say(catalog, "then-lead", count=len(rows), on=day(then.on)))
    return (Reply((lead, Table(columns, tuple(rows)), Text(result)), title=say(catalog, "then-title")),)


def _labels(catalog: Catalog, name: str, given: Mapping[str, Sequence[str]]) -> str:
    """Write an answer as it was shown."""
    script = catalog.roadmap
    question = {**script.questions, CLOSE_CALL: script.interview.close_call}[name]
    labels = [question.options[each].label for each in given.get(name, ()) if each in question.options]
    return markup.escape("; ".join(labels)) or say(catalog, "review-not-sure")


def _titled(title: str) -> str:
    return title[:1].upper() + title[1:]


# Why, and what if --------------------------------------------------------------------------
def what_if(catalog: Catalog, held: Interview) -> Reply:
    """Say which one answer would change the recommendation most."""
    kept = held.kept
    if kept is None:
        return line(catalog, "not-done-no-road")
    found = swing(catalog.roadmap, kept.answers)
    if found is None:
        return line(catalog, "whatif-none", topic=kept.topic_title)
    question = catalog.roadmap.questions[found.question]
    was = _labels(catalog, found.question, {found.question: found.before})
    new = _labels(catalog, found.question, {found.question: found.after})
    same = found.topic == kept.topic_title
    values = {"question": _titled(question.title), "topic": found.topic, "path": found.path, "count": found.other}
    said = catalog.replies["whatif-path" if same else "whatif"].format(before=was, after=new, **values)
    change = Button(say(catalog, "whatif-change"), f"/change {found.question}")
    return Reply((Text(said), Note(say(catalog, "whatif-note")), Buttons((change,))))


def why_module(catalog: Catalog, held: Interview, module: str) -> Reply:
    """Say why a module is in the plan, or why it isn't."""
    road, kept, script = interview.road(catalog.roadmap, held), held.kept, catalog.roadmap
    if road is None or kept is None:
        return line(catalog, "not-done-no-road")
    if module not in script.module:
        return line(catalog, "not-done-unknown-module")
    found = script.module[module]
    if module not in kept.ids:
        known = known_modules(script, kept.answers)
        if module in kept.known and module in known:
            back = Button(say(catalog, "why-module-back"), f"/relearn {module}", "quiet")
            said = say(catalog, "why-module-known", module=found.title, because=known[module])
            return Reply((Text(said), Buttons((back,))))
        key = "why-module-later" if module in kept.later else "why-module-elsewhere"
        return line(catalog, key, module=found.title, path=kept.title)
    said_parts = [_place(catalog, held, module)]
    later = [each.title for each in road.stretches if module in each.needs]
    if later:
        said_parts.append(say(catalog, "why-module-needed", modules=listed(catalog, later)))
    said_parts.append(catalog.replies["why-module-after"].format(after=found.after))
    return Reply((Text(" ".join(said_parts)), *roadbook.step_buttons(catalog, road)[:1]))


def _place(catalog: Catalog, held: Interview, module: str) -> str:
    """Say what puts a module on this road: the person's own wish, the base, or the topic their answers lead to."""
    script, kept = catalog.roadmap, held.kept
    title = script.module[module].title
    if kept is None or module in kept.relearn:
        return say(catalog, "why-module-wanted", module=title)
    if module == script.plan.first:
        return say(catalog, "why-module-first", module=title)
    verdict = roadmap.recommend(script, kept.answers)
    reasons = [reason.text for reason in verdict.reasons[:1]]
    key = "why-module-path" if reasons else "why-module-base"
    values = {"module": markup.escape(title), "topic": markup.escape(kept.topic_title), "path": kept.title}
    return catalog.replies[key].format(reasons="".join(reasons), **values)
