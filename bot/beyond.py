"""What goes beyond a thread: reminders that the clock says, a roadmap that is shown, a team that is looked at as one.

What there is outside of the thread was read before (`Around`). Pure: must never wait or store anything itself.
"""

from __future__ import annotations

from dataclasses import replace

from bot import commands, interview, reminding, together, voice
from bot.catalog.schema import Catalog
from bot.roadmap import team
from bot.store import Counting
from bot.thread import Said, Step

Beyond = commands.Kept | commands.Team


Own = commands.Move | commands.Walk | commands.Look | commands.Export | commands.Kept | commands.Status


def read(catalog: Catalog, said: str) -> Beyond | None:
    """Read words about reminders, sharing or the team; None for anything else."""
    return reminding.read(catalog, said) or together.read(catalog, said)


def meant(step: Step, command: commands.Command) -> commands.Command:
    """Take "stop" for the end of the reminders when one was said last; a slash or a button means what it says.

    And "/remind me on Mondays" for the words that it is.
    """
    if isinstance(command, commands.Bad) and command.name == "remind":
        return reminding.read(step.catalog, step.message.text.lstrip(" /")) or command
    reminded = step.state.offered == reminding.STOPPING and not step.message.text.lstrip().startswith("/")
    return commands.Unremind() if reminded and isinstance(command, commands.Stop) else command


def led_on(step: Step, command: commands.Command, said: Said) -> Said:
    """Say whose an answer is; and below a roadmap, what can follow it."""
    said = replace(said, own=isinstance(command, Own) and command != commands.Publish(now=True))
    held = said.state.interview
    shown = isinstance(command, commands.Finish | commands.Accept | commands.Status) and held and held.finished
    if not shown or not step.mine or held is None or held.kept is None or held.proposed or not said.replies:
        return said
    *before, last = said.replies
    row = together.row(step.catalog, alone=step.message.place.private, reminded=held.reminding is not None)
    return replace(said, replies=(*before, replace(last, blocks=(*last.blocks, row))))


def between_us(step: Step, said: Said) -> Said:
    """Keep what is about an agreed plan between its owner and us, where others read along; they may share it."""
    held = said.state.interview or step.state.interview
    if not said.own or step.message.place.private or not step.mine or held is None or held.kept is None:
        return said
    there = () if step.around.from_afar else ("asker",)  # what the asker alone sees there needs no other place
    told = (each if each.audience in there else replace(each, audience="direct") for each in said.replies)
    return replace(said, replies=tuple(told))


def obey(step: Step, command: Beyond) -> Said:
    """Do what was asked."""
    match command:
        case commands.Publish(now):
            return _publish(step, now=now)
        case commands.Team(joining):
            return _team(step, joining)
    return _remind(step, command)


def kept_up(step: Step, said: Said) -> Said:
    """Keep what hangs on an agreed plan up to it: its reminders, what counts in team views, and who may see it."""
    after = said.state.interview
    if not step.mine or isinstance(commands.parse(step.message.text), commands.Ring):
        return said
    road = interview.road(step.catalog.roadmap, after) if after else None
    records = said.records
    if road != step.road:  # without one there is nothing of them to count
        records = (*records, Counting("", team.write(team.standing(road)) if road else "", step.message.at))
    if after is None or road is None:
        return replace(said, records=records)
    return replace(said, state=said.state.having(reminding.heard(after, road)), records=records)


def _remind(step: Step, command: commands.Remind | commands.Unremind | commands.Snooze | commands.Ring) -> Said:
    held = step.state.interview
    if held is None or not step.mine:
        said = () if isinstance(command, commands.Ring) else (voice.line(step.catalog, "remind-no-road", asker=True),)
        return Said(step.state, said)
    after, replies = reminding.obey(step.catalog, held, step.road, command, step.message)
    offered = reminding.STOPPING if isinstance(command, commands.Ring) and replies else ()
    return Said(step.state.having(after).model_copy(update={"offered": offered}), replies)


def _publish(step: Step, *, now: bool) -> Said:
    """Show somebody's roadmap to the others: first to its owner, then, if they say so, to all."""
    catalog, road = step.catalog, step.road
    if road is None:
        return Said(step.state, (voice.line(catalog, "remind-no-road", asker=True),))
    if step.message.place.private:
        return Said(step.state, (voice.line(catalog, "publish-nowhere", asker=True),))
    if not now:
        return Said(step.state, together.preview(catalog, road))
    told = (voice.line(catalog, "published"),) if step.around.from_afar else ()
    shown = (together.published(catalog, road), *(replace(each, audience="direct") for each in told))
    return Said(step.state, shown)


def _team(step: Step, joining: bool | None) -> Said:
    catalog, around, at = step.catalog, step.around, step.message.at
    if step.guest and joining is not False:  # outsiders read along, or ask
        return Said(step.state, (voice.line(catalog, "not-for-guests", asker=True),))
    if not around.channel:
        return Said(step.state, (voice.line(catalog, "team-nowhere", asker=True),))
    if joining is None:
        seen = team.view(team.read(around.people), at.date())
        return Said(step.state, (together.team(catalog, seen, counted=around.counted),))
    if joining and not around.standing:
        return Said(step.state, (voice.line(catalog, "team-no-road", asker=True),))
    key = "team-joined" if joining else "team-left" if around.counted else "team-not-in"
    record = Counting(around.channel, around.standing if joining else "", at)
    return Said(step.state, (voice.line(catalog, key, asker=True),), (record,))
