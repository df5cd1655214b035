"""Reminders: read when somebody wants them, set and move them, and say the one line that each of them is.

Off unless asked for, over by one word, and by themselves with the end of the road. Pure: the moment comes with the
message. Must never decide how a reminder reaches somebody.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from bot import commands, voice
from bot.catalog.sayings import listed
from bot.catalog.schema import Catalog
from bot.chat import Block, Button, Buttons, Message, Note, Reply, Text
from bot.interview import Interview
from bot.roadmap.rhythm import NINE, Reminding, Rhythm, is_off, local, next_due, zone
from bot.roadmap.road import Road, Stretch
from bot.voice import line, say

UNHEARD = 5  # reminders let pass in a row after which there are no more
SNOOZE = timedelta(weeks=1)
STOPPING = ("/remind off",)  # offered: what "stop" means right after a reminder
OFFERED = ((0, NINE), (2, NINE), (4, time(14)))  # days and times to choose from
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?")
_WORD = re.compile(r"[^\s,;()]+")
_ZONE = re.compile(r"[A-Za-z_]{1,20}(?:/[A-Za-z0-9_+-]{1,30}){1,2}|utc", re.IGNORECASE)

Done = tuple[Interview, tuple[Reply, ...]]


# In words ---------------------------------------------------------------------------------
def read(catalog: Catalog, said: str) -> commands.Kept | None:
    """Read a wish for reminders, or for none; None for anything that has another word in it."""
    text = " ".join(said.replace("\u2019", "'").split()).strip(" .!?")
    low = text.casefold()
    if low in _list(catalog, "remind-off-said"):
        return commands.Unremind()
    if low in _list(catalog, "remind-snooze-said"):
        return commands.Snooze()
    begun = [each for each in _list(catalog, "remind-said") if low == each or low.startswith(f"{each} ")]
    if not begun or len(text) > 120:
        return None
    rest = text[max(map(len, begun)) :].strip()
    return _wish(catalog, rest) if rest else commands.Remind(bare=True)


def _wish(catalog: Catalog, rest: str) -> commands.Remind | None:
    """Read the days, the time and the zone; every word must be one of these, or mean nothing here."""
    days: set[int] = set()
    at, found = None, ""
    names = [_list(catalog, "remind-days")[number].split(", ") for number in range(7)]
    spare = set(_list(catalog, "remind-filler"))
    times = dict(each.split() for each in _list(catalog, "remind-times"))
    words = _WORD.findall(re.sub(r"(\d)\s+([ap])\.?m\b\.?", r"\1\2m", rest, flags=re.IGNORECASE))
    for word in words:
        low = word.casefold().strip(".")
        weekday = next((number for number, each in enumerate(names) if low in each), None)
        if weekday is not None:
            days.add(weekday)
        elif low in say(catalog, "remind-daily").split(", "):
            days |= set(range(7))
        elif low in say(catalog, "remind-workdays").split(", "):
            days |= set(range(5))
        elif low in times:
            at = time.fromisoformat(times[low])
        elif clock := _TIME.fullmatch(low):
            at = _clock(*clock.groups())
            if at is None:
                return None
        elif _ZONE.fullmatch(word):
            found = word.upper() if low == "utc" else word
        elif low not in spare:
            return None
    return commands.Remind(tuple(sorted(days)), at, found)


def _clock(hour: str, minute: str | None, half: str | None) -> time | None:
    number = int(hour)
    if half:
        if not 1 <= number <= 12:
            return None
        number = number % 12 + (12 if half.startswith("p") else 0)
    try:
        return time(number, int(minute or 0))
    except ValueError:
        return None


def _list(catalog: Catalog, key: str) -> tuple[str, ...]:
    return listed(catalog.replies[key])


# Setting and moving -----------------------------------------------------------------------
def obey(catalog: Catalog, held: Interview, road: Road | None, command: commands.Kept, message: Message) -> Done:
    """Do what was asked about reminders; the interview afterwards, and what to say."""
    reminding = held.reminding
    match command:
        case commands.Unremind():
            return _having(held, None), (line(catalog, "remind-off" if reminding else "remind-none", asker=True),)
        case commands.Ring(due):
            return _ring(catalog, held, road, due, message.at)
        case _ if road is None:
            return held, (line(catalog, "remind-no-road", asker=True),)
        case _ if road.next is None:
            return _having(held, None), (line(catalog, "remind-done", asker=True),)
        case commands.Remind(bare=True):
            return held, (_ask(catalog, reminding),)
        case commands.Remind() as wish:
            return _set(catalog, held, road, wish, message)
        case _ if reminding is None:
            return held, (line(catalog, "remind-none", asker=True),)
    later = next_due(reminding.rhythm, message.at + SNOOZE, road.off)
    if later is None:
        return held, (line(catalog, "remind-never", asker=True),)
    then = _having(held, reminding.model_copy(update={"due": later}))
    return then, (line(catalog, "remind-snoozed", asker=True, next=_day(catalog, later, reminding.rhythm)),)


def _set(catalog: Catalog, held: Interview, road: Road, wish: commands.Remind, message: Message) -> Done:
    if wish.zone and zone(wish.zone) is None:
        return held, (line(catalog, "remind-bad-zone", asker=True, zone=wish.zone),)
    before = held.reminding.rhythm if held.reminding else None
    told = message.zone if zone(message.zone) else ""
    rhythm = Rhythm(
        weekdays=wish.weekdays or (before.weekdays if before else road.weekdays[:1] or (0,)),
        at=wish.at or (before.at if before else NINE),
        zone=wish.zone or told or (before.zone if before else "UTC"),
    )
    due = next_due(rhythm, message.at, road.off)
    if due is None:
        return held, (line(catalog, "remind-never", asker=True),)
    said: list[Block] = [Text(say(catalog, "remind-set", when=_when(catalog, rhythm), next=_day(catalog, due, rhythm)))]
    if not (wish.zone or told or before):
        said.append(Note(say(catalog, "remind-utc")))
    said.append(Buttons((Button(say(catalog, "remind-stop"), "/remind off", "quiet"),)))
    return _having(held, Reminding(rhythm=rhythm, due=due)), (Reply(tuple(said), audience="asker"),)


def _ask(catalog: Catalog, reminding: Reminding | None) -> Reply:
    """Say what is set, or offer some days; each can be changed."""
    if reminding is None:
        said = say(catalog, "remind-ask")
    else:
        rhythm = reminding.rhythm
        said = say(catalog, "remind-is", when=_when(catalog, rhythm), next=_day(catalog, reminding.due, rhythm))
    names = _list(catalog, "remind-names")
    buttons = [
        Button(
            say(catalog, "remind-choice", day=names[day], time=f"{at:%H:%M}"),
            f"/remind {commands.WEEKDAYS[day]} {at:%H:%M}",
        )
        for day, at in OFFERED
    ]
    ways = (("remind-snooze", "/remind snooze"), ("remind-stop", "/remind off")) if reminding else ()
    buttons += [Button(say(catalog, key), says, "quiet") for key, says in ways]
    return Reply((Text(said), Buttons(tuple(buttons))), audience="asker")


def _having(held: Interview, reminding: Reminding | None) -> Interview:
    return held.model_copy(update={"reminding": reminding})


# When the time has come -------------------------------------------------------------------
def _ring(catalog: Catalog, held: Interview, road: Road | None, due: datetime, now: datetime) -> Done:
    """Say the reminder that is due, and set the next one. Whatever was changed meanwhile counts more."""
    reminding = held.reminding
    if reminding is None or reminding.due != due or now < due:
        return held, ()
    if road is None or road.next is None:
        return _having(held, None), ()
    unheard = reminding.unheard + 1
    after = next_due(reminding.rhythm, now, road.off)
    said: tuple[Reply, ...] = (_reminder(catalog, road.next, now.date(), last=unheard >= UNHEARD),)
    if is_off(local(now, reminding.rhythm).date(), road.off):
        unheard, said = reminding.unheard, ()
    if unheard >= UNHEARD or after is None:
        return _having(held, None), said
    return _having(held, reminding.model_copy(update={"due": after, "unheard": unheard})), said


def _reminder(catalog: Catalog, step: Stretch, today: date, *, last: bool) -> Reply:
    key = "remind-line-late" if step.to < today else "remind-line"
    told = say(catalog, key, module=step.title, hours=step.hours, exit=step.exit, to=_date(step.to))
    blocks: list[Block] = [Text(told)]
    if last:
        blocks.append(Note(say(catalog, "remind-last")))
    buttons = [Button(catalog.replies["remind-tick"].format(module=step.title)[:75], f"/done {step.id}", "primary")]
    ways = () if last else (("remind-snooze", "/remind snooze"), ("remind-stop", "/remind off"))
    buttons += [Button(say(catalog, name), says, "quiet") for name, says in ways]
    return Reply((*blocks, Buttons(tuple(buttons))), audience="direct")


def heard(held: Interview, road: Road | None) -> Interview:
    """Note that somebody said something about their roadmap: they hear us. With the road their reminders end."""
    if held.reminding is None:
        return held
    if road is not None and road.next is None:
        return _having(held, None)
    return held if not held.reminding.unheard else _having(held, held.reminding.model_copy(update={"unheard": 0}))


# Words ------------------------------------------------------------------------------------
def _when(catalog: Catalog, rhythm: Rhythm) -> str:
    if rhythm.weekdays == tuple(range(7)):
        days = say(catalog, "remind-every-day")
    elif rhythm.weekdays == tuple(range(5)):
        days = say(catalog, "remind-every-workday")
    else:
        names = _list(catalog, "remind-names")
        days = say(catalog, "remind-on", days=voice.listed(catalog, [names[each % 7] for each in rhythm.weekdays]))
    return catalog.replies["remind-when"].format(days=days, time=f"{rhythm.at:%H:%M}", zone=rhythm.zone)


def _day(catalog: Catalog, due: datetime, rhythm: Rhythm) -> str:
    shown = local(due.astimezone(UTC), rhythm)
    weekday = _list(catalog, "weekday-names")[shown.weekday()]
    return say(catalog, "remind-day", weekday=weekday, date=_date(shown.date()), time=f"{shown:%H:%M}")


def _date(day: date) -> str:
    return f"{day:%Y-%m-%d}"
