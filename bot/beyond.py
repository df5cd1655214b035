"""What goes beyond a thread: reminders that the clock says, a roadmap that is shown, a team that is looked at as one.

What there is outside of the thread was read before (`Around`). Pure: must never wait or store anything itself.
"""

from __future__ import annotations

from dataclasses import replace

from bot import answers, commands, interview, reminding, together
from bot.roadmap import team
from bot.store import Counting
from bot.thread import Said, Step

Beyond = commands.Kept | commands.Team


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
    command = commands.parse(step.message.text)
    if after is None or after.kept is None or isinstance(command, commands.Ring) or not step.mine:
        return said
    road = interview.road(step.catalog.roadmap, after)
    heard = reminding.heard(after, road)
    records = said.records
    if road != step.road and road is not None:
        records = (*records, Counting("", team.write(team.standing(road)), step.message.at))
    return replace(said, state=said.state.having(heard), records=records)


def _remind(step: Step, command: commands.Remind | commands.Unremind | commands.Snooze | commands.Ring) -> Said:
    held = step.state.interview
    if held is None or not step.mine:
        said = () if isinstance(command, commands.Ring) else (answers.line(step.catalog, "remind-no-road", asker=True),)
        return Said(step.state, said)
    after, replies = reminding.obey(step.catalog, held, step.road, command, step.message)
    offered = reminding.OFFERED_STOP if isinstance(command, commands.Ring) and replies else ()
    return Said(step.state.having(after).model_copy(update={"offered": offered}), replies)


def _publish(step: Step, *, now: bool) -> Said:
    """Show somebody's roadmap to the others: first to its owner, then, if they say so, to all."""
    catalog, road = step.catalog, step.road
    if road is None:
        return Said(step.state, (answers.line(catalog, "remind-no-road", asker=True),))
    if step.message.place.private:
        return Said(step.state, (answers.line(catalog, "publish-nowhere", asker=True),))
    if not now:
        return Said(step.state, together.preview(catalog, road))
    return Said(step.state, (together.published(catalog, road),))


def _team(step: Step, joining: bool | None) -> Said:
    catalog, around, at = step.catalog, step.around, step.message.at
    if not around.channel:
        return Said(step.state, (answers.line(catalog, "team-nowhere", asker=True),))
    if joining is None:
        seen = team.view(team.read(around.people), at.date())
        return Said(step.state, (together.team(catalog, seen, counted=around.counted),))
    if joining and not around.standing:
        return Said(step.state, (answers.line(catalog, "team-no-road", asker=True),))
    key = "team-joined" if joining else "team-left" if around.counted else "team-not-in"
    record = Counting(around.channel, around.standing if joining else "", at)
    return Said(step.state, (answers.line(catalog, key, asker=True),), (record,))
