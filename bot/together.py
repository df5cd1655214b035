"""What others may see: a roadmap its owner shows them, and how a channel's people stand as a whole.

Nothing here holds an answer of an interview, nor anybody's name; what only one person has is never told in a team
view. Pure: must never decide who counts in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from bot import commands, markup, voice
from bot.catalog.sayings import listed, plainly
from bot.catalog.schema import Catalog
from bot.chat import PICTURE, Block, Button, Buttons, File, Note, Reply, Table, Text
from bot.roadmap import chart
from bot.roadmap.palette import Theme
from bot.roadmap.road import Road, Stretch
from bot.roadmap.team import Bar, View
from bot.voice import say

_SAID: tuple[tuple[str, commands.Publish | commands.Team], ...] = (
    ("publish-said", commands.Publish()),
    ("team-said", commands.Team()),
    ("team-join-said", commands.Team(joining=True)),
    ("team-leave-said", commands.Team(joining=False)),
)


def read(catalog: Catalog, said: str) -> commands.Publish | commands.Team | None:
    """Read a wish to show a roadmap or to see the team, as people say it; None for anything else."""
    words = plainly(said)
    return next((each for key, each in _SAID if words in listed(catalog.replies[key])), None)


# A roadmap that is shown ------------------------------------------------------------------
def preview(catalog: Catalog, road: Road) -> tuple[Reply, ...]:
    """Show its owner what the others would see, and ask."""
    shown = published(catalog, road)
    now = Buttons((Button(say(catalog, "publish-now"), "/publish now", "primary"),))
    lead = Text(say(catalog, "publish-preview"))
    return (Reply((lead, *shown.blocks, now), title=shown.title, audience="direct"),)


def published(catalog: Catalog, road: Road) -> Reply:
    """Show a roadmap to the others: what and when, and how far; no answer and no reason."""
    lead = say(catalog, "publish-lead", topic=road.topic_title, end=road.end, done=road.done, total=len(road.stretches))
    columns = tuple(say(catalog, f"publish-column-{name}") for name in ("when", "what", "hours", "state"))
    rows = tuple(
        (f"{each.start} – {each.to}", markup.escape(each.title), str(each.hours), _state(catalog, each))
        for each in road.stretches
    )
    title = catalog.replies["publish-title"].format(topic=road.topic_title)
    return Reply((Text(lead), *([Table(columns, rows)] if rows else [])), title=title)


def _state(catalog: Catalog, stretch: Stretch) -> str:
    """Say that something is behind; being stuck is nobody else's business."""
    state = stretch.mark.state if stretch.mark else "open"
    return say(catalog, f"publish-{state}" if state in ("done", "skipped") else "publish-open")


# A team as a whole ------------------------------------------------------------------------
def team(catalog: Catalog, view: View, *, counted: bool) -> Reply:
    """Say how a channel's people stand, and offer to count in, or no longer."""
    leave = Button(say(catalog, "team-leave"), "/team leave", "quiet")
    way = leave if counted else Button(say(catalog, "team-join"), "/team join", "primary")
    if view.missing:
        key = "team-missing-one" if view.missing == 1 else "team-missing"
        said: list[Block] = [Text(say(catalog, key, size=view.size, missing=view.missing))]
    else:
        told = [Text(_steps(catalog, view)), Text(_topics(catalog, view)), Text(_together(catalog, view))]
        said = [*told, _picture(catalog, view, told), Note(say(catalog, "team-size", size=view.size))]
    return Reply((*said, Buttons((way,))), title=say(catalog, "team-title"))


def _picture(catalog: Catalog, view: View, told: Sequence[Text]) -> File:
    """Draw the same as bars."""
    replies = catalog.replies
    words = {name: replies[f"team-chart-{name}"] for name in ("steps", "topics", "own")}
    together = markup.plain(_together(catalog, view))
    words |= {"title": replies["team-title"], "together": together}
    alt = replies["team-chart-alt"].format(lines=" ".join(markup.plain(each.markdown) for each in told))
    light, dark = (chart.draw(view, words, alt, theme) for theme in get_args(Theme))
    return File("team.svg", PICTURE, light, alt, dark)


def _steps(catalog: Catalog, view: View) -> str:
    more = [("team-own", view.own_step), ("team-through", view.through)]
    return _listed(catalog, "team-steps", view.steps, view.size, more)


def _topics(catalog: Catalog, view: View) -> str:
    return _listed(catalog, "team-topics", view.topics, view.size, [("team-own", view.own_way)])


def _listed(catalog: Catalog, key: str, bars: Sequence[Bar], size: int, more: Sequence[tuple[str, int]]) -> str:
    items = [say(catalog, "team-item", title=bar.title, count=bar.count, size=size) for bar in bars]
    items += [say(catalog, name, count=count) for name, count in more if count and (bars or name == "team-through")]
    said = voice.listed(catalog, items) if bars else "; ".join([say(catalog, "team-nothing"), *items])
    return catalog.replies[key].format(items=said)


def _together(catalog: Catalog, view: View) -> str:
    found = view.together
    if found is None:
        return say(catalog, "team-together-none")
    if found.days is None:
        return say(catalog, "team-together-no-days", module=found.title, count=found.count)
    start, end = found.days
    values = {"start": start, "end": end, "at_once": found.at_once}
    return say(catalog, "team-together", module=found.title, count=found.count, **values)


def at_home(catalog: Catalog, road: Road) -> Text:
    """Say in one line where somebody is on their roadmap, for the page where they come home to it."""
    values = {"topic": road.topic_title, "done": road.done, "total": len(road.stretches)}
    if road.next is None:
        return Text(say(catalog, "home-through", **values))
    return Text(say(catalog, "home-road", **values, module=road.next.title, to=road.next.to))


def row(catalog: Catalog, *, alone: bool, reminded: bool) -> Buttons:
    """List what may follow a roadmap: reminders, and where others read along, showing it and counting in."""
    ways = [("remind-mine" if reminded else "remind-me", "/remind")]
    ways += [] if alone else [("publish", "/publish"), ("team-join", "/team join")]
    return Buttons(tuple(Button(say(catalog, key), says, "quiet") for key, says in ways))
