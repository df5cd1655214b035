"""Read what Teams sends: any activity in, one of our values out. Knows no SDK, reads no clock, never raises.

What was done decides the message's id, never how it was delivered. The tenant is read from `channelData` and the
targeting from `recipient`, which the SDK's classes lose. Must never decide what is answered.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.saying import ROADMAP, WHICHOPS
from adapters.teams import forms
from adapters.teams.api import Kind, Reference
from adapters.teams.forms import MAIN, PLATFORM, moment
from adapters.wire import Json, listed, table, text
from bot.chat import Message, Place
from bot.commands import Move
from bot.commands import parse as read_command

PRESS: Final = "press/"  # begins the id of what was pressed; see `Origin`
EXECUTE: Final = "adaptiveCard/action"
FEEDBACK: Final = "message/submitAction"
SUGGESTED: Final = "suggestedAction/submit"


@dataclass(frozen=True, slots=True)
class Where:
    """The conversation an activity is of. `tenant` is "" where the client names none."""

    tenant: str
    channel: str
    thread: str
    service_url: str
    bot: str
    kind: Kind
    team: str = ""

    @property
    def reference(self) -> Reference:
        """Where a reply to exactly this conversation is posted."""
        conversation = forms.joined(self.channel, self.thread)
        return Reference(self.tenant, conversation, self.service_url, self.bot, self.kind)

    @property
    def place(self) -> Place:
        """The place of this conversation."""
        return Place(PLATFORM, self.tenant, self.channel, self.thread, self.kind == "personal")


@dataclass(frozen=True, slots=True)
class Who:
    """Who did it. `name` is for a mention right now and is never kept."""

    author: str
    address: str
    name: str = ""
    foreign: bool = False  # belongs to another organisation
    zone: str = ""  # their time zone, by its IANA name


@dataclass(frozen=True, slots=True)
class Origin:
    """How a message came about, as far as its id tells: whoever delivers the reply knows no more than that."""

    card: str = ""  # the activity it was pressed on; "" for what was typed
    invoked: bool = False  # what is only for the presser was said in the answer to the press
    moves: bool = False  # a move of an interview: it goes on in its card

    def id(self, rest: str) -> str:
        """Write a message's id."""
        flags = ("i" if self.invoked else "") + ("m" if self.moves else "")
        return f"{PRESS}{flags or 's'}/{self.card.replace('/', '.')}/{rest}"

    @classmethod
    def of(cls, id_: str) -> Origin:
        """Read what `id` wrote; any other id is of what was typed."""
        if not id_.startswith(PRESS):
            return cls()
        flags, _, rest = id_.removeprefix(PRESS).partition("/")
        return cls(rest.partition("/")[0], "i" in flags, "m" in flags)


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote something."""

    where: Where
    who: Who
    id: str
    text: str
    at: datetime
    addressed: bool
    targeted: bool = False  # Teams hides it from everybody else: a slash command
    quietly: bool = False  # asked to be answered so that only they see it
    root: bool = False  # begins a thread of its own


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed something on a card. Where the conversation is may be another than where the card is."""

    where: Where
    who: Who
    card: str  # the activity that holds the card
    says: str
    nonce: str
    activity: str
    at: datetime
    invoked: bool = False  # the press itself is answered: with the next card or with words
    targeted: bool = False

    def message(self, place: Place, *, once: bool) -> Message:
        """Say it in its place. `once`: the same press on the same card counts once, however often it is sent."""
        seen = f"{self.says}|{self.who.author}|{self.nonce if once else self.activity}"
        digest = hashlib.blake2b(seen.encode(errors="replace"), digest_size=12).hexdigest()
        origin = Origin(self.card, invoked=self.invoked, moves=self.moves)
        id_ = origin.id(f"{self.where.channel}/{digest}")
        return Message(id_, place, self.who.author, self.says, True, self.at, self.who.zone)

    @property
    def moves(self) -> bool:
        """Whether it is a move of an interview."""
        return isinstance(read_command(self.says), Move)


@dataclass(frozen=True, slots=True)
class Judged:
    """Somebody pressed a thumb under an answer."""

    where: Where
    who: Who
    answer: str  # the activity that holds the answer
    helpful: bool
    reason: str
    activity: str
    at: datetime

    def message(self, place: Place, ref: str) -> Message:
        """Say it as the button of any other place would."""
        says = f"/feedback {ref} up" if self.helpful else f"/feedback {ref} down {self.reason}".rstrip()
        id_ = Origin(self.answer, invoked=True).id(f"{self.where.channel}/{self.activity}")
        return Message(id_, place, self.who.author, says, True, self.at)


@dataclass(frozen=True, slots=True)
class Installed:
    """The app was put into a conversation."""

    where: Where
    who: Who
    at: datetime


@dataclass(frozen=True, slots=True)
class Removed:
    """The app was taken out of a conversation, or the channel or team it was in is gone."""

    where: Where
    team: bool = False  # out of the whole team


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us; `why` is for the log and holds nobody's words."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An invoke we have no answer to."""

    why: str


Incoming = Said | Pressed | Judged | Installed | Removed | Ignored | Unknown


def parse(activity: Json, *, tenant: str = "", now: datetime) -> Incoming:
    """Read any activity. `tenant` is that of activities that name none; `now` is when it came in."""
    where, who = where_of(activity, tenant), who_of(activity)
    kind = text(activity, "type")
    if where is None:
        return Unknown("no conversation") if kind == "invoke" else Ignored("no conversation")
    match kind:
        case "message":
            return _message(activity, where, who, now)
        case "invoke":
            return _invoke(activity, where, who, now)
        case "installationUpdate":
            return _installation(activity, where, who, now)
        case "conversationUpdate":
            return _update(activity, where, who, now)
        case other:  # edits, deletions, reactions, typing, and what there will be one day
            return Ignored(f"activity {other or 'of no type'}"[:80])


def where_of(activity: Json, otherwise: str = "") -> Where | None:
    """Find the conversation of an activity; None where it names none. `otherwise` is the tenant it may not name."""
    conversation, data = table(activity.get("conversation")), table(activity.get("channelData"))
    channel, thread = forms.split(text(conversation, "id"))
    if not channel:
        return None
    tenant = text(table(data.get("tenant")), "id") or text(conversation, "tenantId") or otherwise
    bot = text(table(activity.get("recipient")), "id")
    team = text(table(data.get("team")), "id")
    return Where(tenant, channel, thread, text(activity, "serviceUrl"), bot, forms.kind_of(conversation), team)


def who_of(activity: Json) -> Who:
    """Find who did it; an author of "" for nobody.

    Foreign is who has another tenant, or none at all: a meeting's anonymous guests are in no directory.
    """
    sender, data = table(activity.get("from")), table(activity.get("channelData"))
    author = text(sender, "aadObjectId") or text(sender, "id")
    home = text(sender, "tenantId") or text(table(sender.get("properties")), "tenantId")
    tenant = text(table(data.get("tenant")), "id")
    stranger = not text(sender, "aadObjectId") if not home else home.lower() != tenant.lower()
    foreign = bool(tenant) and stranger
    return Who(author, text(sender, "id"), text(sender, "name"), foreign, text(activity, "localTimezone"))


# Words and presses ------------------------------------------------------------------------
def _message(activity: Json, where: Where, who: Who, now: datetime) -> Incoming:
    id_, sender = text(activity, "id"), table(activity.get("from"))
    if not who.author or not id_ or who.address == where.bot or text(sender, "role") == "bot":
        return Ignored("message of a bot, or of nobody")
    at = moment(text(activity, "timestamp"), now)
    targeted = table(activity.get("recipient")).get("isTargeted") is True
    said = forms.spoken(activity, where.bot)
    says, nonce = forms.pressed(activity.get("value"))
    if says and not said:
        return Pressed(where, who, text(activity, "replyToId"), says, nonce, id_, at, targeted=targeted)
    addressed = where.kind == "personal" or targeted or forms.mentions(activity, where.bot)
    words = said.split(maxsplit=1)
    addressed = addressed or (bool(words) and words[0].lower() in (ROADMAP, WHICHOPS))
    if not said and not addressed:
        return Ignored("message without words")
    if not said and listed(activity, "attachments") and not forms.mentions(activity, where.bot):
        return Ignored("message without words")
    told, quietly = forms.commanded(said, command=targeted) if addressed else (said, False)
    return Said(
        where,
        who,
        f"{where.channel}/{id_}",
        told or "/help",
        at,
        addressed,
        targeted,
        quietly and where.kind != "personal",
        where.thread in (id_, MAIN),
    )


def _invoke(activity: Json, where: Where, who: Who, now: datetime) -> Incoming:
    name, value = text(activity, "name"), table(activity.get("value"))
    id_, card = text(activity, "id"), text(activity, "replyToId")
    at = moment(text(activity, "timestamp"), now)
    if name not in (EXECUTE, FEEDBACK, SUGGESTED) or not who.author:
        return Unknown(f"invoke {name or 'of no name'}"[:80])
    if name == FEEDBACK:
        judged = forms.judged(value)
        if judged is None:
            return Unknown("feedback of another kind")
        return Judged(where, who, card, *judged, id_, at)
    data = table(value.get("action")).get("data") if name == EXECUTE else value.get("data", value)
    says, nonce = forms.pressed(data)
    if not says:
        return Unknown("a press that says nothing")
    targeted = table(activity.get("recipient")).get("isTargeted") is True
    return Pressed(where, who, card, says, nonce, id_, at, invoked=name == EXECUTE, targeted=targeted)


# Coming and going -------------------------------------------------------------------------
def _installation(activity: Json, where: Where, who: Who, now: datetime) -> Incoming:
    match text(activity, "action"):
        case "add":
            return Installed(where, who, moment(text(activity, "timestamp"), now))
        case "remove":
            return Removed(where, team=bool(where.team))
        case other:  # an upgrade is no arrival
            return Ignored(f"installation {other}"[:80])


def _update(activity: Json, where: Where, who: Who, now: datetime) -> Incoming:
    """Read who came and went. Only we ourselves count: a team's members come and go without a word from us."""

    def named(key: str) -> bool:
        return bool(where.bot) and any(text(each, "id") == where.bot for each in listed(activity, key))

    event = text(table(activity.get("channelData")), "eventType")
    if named("membersAdded"):
        return Installed(where, who, moment(text(activity, "timestamp"), now))
    if named("membersRemoved") or event in ("teamDeleted", "teamHardDeleted"):
        return Removed(where, team=bool(where.team))
    if event == "channelDeleted":
        channel = text(table(table(activity.get("channelData")).get("channel")), "id")
        gone = channel or where.channel
        return Removed(Where(where.tenant, gone, MAIN, where.service_url, where.bot, "channel", where.team))
    return Ignored("conversationUpdate " + event[:60])
