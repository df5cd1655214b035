"""Read what Slack sends: any JSON in, one of our values out. Knows no SDK, reads no clock, never raises.

Three shapes come in: events (an envelope with `event`), interactions (`type` tells which) and slash
commands (a form). What was done decides the message's id, never how it was delivered: the two events of
one mention, and every retry, carry the same id. Must never decide what is answered.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime

from adapters.slack import forms
from adapters.slack.forms import Workspace, moment, spoken, workspace
from adapters.wire import Json, listed, table, text
from bot.chat import Message, Place

DIRECT = "main"  # the thread of a direct conversation, outside of threads
HEARD_SUBTYPES = ("", "file_share", "thread_broadcast")


@dataclass(frozen=True, slots=True)
class Pressed:
    """The card somebody pressed something on, to be settled. `ts` is "" where the card can't be updated by it."""

    channel: str
    ts: str
    label: str  # what was pressed or chosen, as it was shown
    blocks: tuple[Json, ...]
    response_url: str
    trigger_id: str
    ephemeral: bool  # only the asker sees the card: it changes through `response_url` alone
    settles: bool  # the press answers the card's question, so the card is over


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody said or pressed something in a place we know."""

    message: Message
    workspace: Workspace
    opens: bool = False  # not said in a thread yet
    shared: bool = False  # the channel is shared with another organisation
    foreign: bool = False  # the author belongs to another organisation, or that can't be told
    pressed: Pressed | None = None


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Somebody said something whose thread doesn't exist yet: a slash command, the Home tab, a modal.

    The app opens a thread (or the direct conversation) and then asks for `placed`.
    """

    id: str
    workspace: Workspace
    author: str
    text: str
    at: datetime
    channel: str = ""  # where it was said; "" for the Home tab. Not always a place the bot can post to
    quietly: bool = False  # asked to be answered so that only the author sees it
    response_url: str = ""
    trigger_id: str = ""
    foreign: bool = False

    def placed(self, channel: str, thread: str, *, private: bool) -> Message:
        """Put it into the place where it will be answered."""
        place = Place("slack", self.workspace.tenant, channel, thread, private)
        return Message(self.id, place, self.author, self.text, True, self.at)

    def unseen(self) -> Message:
        """Put it beside the channel's threads: the conversation that only its author sees there."""
        return self.placed(self.channel, quiet_thread(self.author), private=True)


@dataclass(frozen=True, slots=True)
class OpenModal:
    """Show the question modal, now: the trigger lives three seconds. `place` is where to answer, if known."""

    trigger_id: str
    workspace: Workspace
    author: str
    text: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the Home tab (`tab` "home") or at the conversation with the bot ("messages")."""

    workspace: Workspace
    user: str
    tab: str
    channel: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody joined a channel, or (`channel` is "") the workspace."""

    workspace: Workspace
    user: str
    channel: str = ""
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """The bot was added to a channel."""

    workspace: Workspace
    channel: str
    inviter: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The app was removed, or its token taken back: forget this workspace."""

    workspace: Workspace
    uninstalled: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us; `why` is for the log and holds nobody's words."""

    why: str


Incoming = Heard | Unplaced | OpenModal | HomeOpened | Joined | Invited | Gone | Ignored


def quiet_thread(author: str) -> str:
    """Name the conversation that only `author` sees in a channel."""
    return f"only:{author}"


def parse(payload: object, *, bot: str = "", now: datetime, shared: Container[tuple[str, str]] = ()) -> Incoming:
    """Read any payload. `bot` is the bot's user id (found in events if not given); `now` is when it came in.

    `shared` are the channels (tenant, channel) known to be shared with other organisations: only events tell it.
    """
    body = table(payload)
    if "command" in body:
        return _command(body, now)
    match text(body, "type"):
        case "event_callback":
            return _event(body, bot or _bot(body), now)
        case "block_actions":
            return _actions(body, now, shared)
        case "message_action" | "shortcut":
            return _shortcut(body, bot)
        case "view_submission":
            return _submission(body, now, shared)
        case other:
            return Ignored(f"payload {other or 'of no type'}"[:80])


def _bot(body: Json) -> str:
    for each in listed(body, "authorizations"):
        if each.get("is_bot"):
            return text(each, "user_id")
    return ""


# Events ---------------------------------------------------------------------------------
def _event(body: Json, bot: str, now: datetime) -> Incoming:
    event = table(body.get("event"))
    where = workspace(body)
    user = text(event, "user")
    if not where.tenant:
        return Ignored("no workspace")
    match text(event, "type"):
        case "message" | "app_mention":
            return _message(body, event, where, bot, now)
        case "app_home_opened" if user:
            return HomeOpened(where, user, text(event, "tab") or "home", text(event, "channel"))
        case "team_join":
            return _newcomer(table(event.get("user")), where)
        case "member_joined_channel" if user and text(event, "channel"):
            if user == bot:
                return Invited(where, text(event, "channel"), text(event, "inviter"))
            foreign = forms.is_foreign(where, text(event, "team"), shared=_is_shared(body))
            return Joined(where, user, text(event, "channel"), foreign)
        case "app_uninstalled":
            return Gone(where, uninstalled=True)
        case "tokens_revoked" if table(event.get("tokens")).get("bot"):
            return Gone(where, uninstalled=False)
        case other:
            return Ignored(f"event {other or 'of no type'}"[:80])


def _newcomer(user: Json, where: Workspace) -> Incoming:
    if not text(user, "id") or user.get("is_bot") or text(user, "id") == "USLACKBOT":
        return Ignored("a bot joined")
    return Joined(where, text(user, "id"), foreign=bool(user.get("is_stranger")))


def _message(body: Json, event: Json, where: Workspace, bot: str, now: datetime) -> Incoming:
    user, channel, ts = text(event, "user"), text(event, "channel"), text(event, "ts")
    if text(event, "subtype") not in HEARD_SUBTYPES:
        return Ignored("message " + text(event, "subtype")[:60])
    if not user or user in (bot, "USLACKBOT") or event.get("bot_id") or event.get("bot_profile"):
        return Ignored("message of a bot")
    if not channel or not ts:
        return Ignored("message without a place")
    direct = text(event, "channel_type") == "im" or (not text(event, "channel_type") and channel.startswith("D"))
    addressed = direct or text(event, "type") == "app_mention" or forms.mentions(text(event, "text"), bot)
    said = spoken(text(event, "text"), bot)
    if not said and not addressed:
        return Ignored("message without words")
    said = (said or "/help") if addressed else said
    thread = text(event, "thread_ts")
    place = _place(where, channel, thread, ts, direct=direct)
    author_team = text(event, "user_team") or text(event, "team")
    return Heard(
        Message(f"{where.tenant}/{channel}/{ts}", place, user, said, addressed, moment(ts, now)),
        where,
        opens=not thread or thread == ts,
        shared=_is_shared(body),
        foreign=forms.is_foreign(where, author_team, shared=_is_shared(body)),
    )


def _is_shared(body: Json) -> bool:
    return body.get("is_ext_shared_channel") is True


def _place(where: Workspace, channel: str, thread: str, ts: str, *, direct: bool) -> Place:
    """Decide the thread: in a channel always one; in a direct conversation only a real one.

    A message that has replies names itself as its thread; in a direct conversation that is still `main`.
    """
    if direct:
        thread = thread if thread != ts else ""
        return Place("slack", where.tenant, channel, thread or DIRECT, private=True)
    return Place("slack", where.tenant, channel, thread or ts)


# Interactions -----------------------------------------------------------------------------
def _actions(body: Json, now: datetime, shared: Container[tuple[str, str]]) -> Incoming:
    where, user = workspace(body), text(table(body.get("user")), "id")
    action = next(iter(listed(body, "actions")), {})
    said, label = forms.pressed(action, table(body.get("state")) or table(table(body.get("view")).get("state")))
    if not said:
        return Ignored("nothing said by " + text(action, "action_id")[:60])
    if not where.tenant or not user:
        return Ignored("press of nobody")
    container, message = table(body.get("container")), table(body.get("message"))
    channel = text(table(body.get("channel")), "id") or text(container, "channel_id")
    ts = text(container, "message_ts") or text(message, "ts")
    pressed_at = text(action, "action_ts")
    known = (where.tenant, channel) in shared
    foreign = forms.is_foreign(where, text(table(body.get("user")), "team_id"), shared=known)
    if not channel or not ts:
        view = text(table(body.get("view")), "id")
        id_ = f"{where.tenant}/{view}/{pressed_at or text(body, 'trigger_id')}/{user}"
        return Unplaced(
            id_, where, user, said, moment(pressed_at, now), trigger_id=text(body, "trigger_id"), foreign=foreign
        )
    hidden = container.get("is_ephemeral") is True
    thread = text(message, "thread_ts") or text(container, "thread_ts")
    place = _place(where, channel, thread, ts, direct=channel.startswith("D"))
    if hidden and not thread and not place.private:
        place = Place("slack", where.tenant, channel, quiet_thread(user), private=True)
    return Heard(
        Message(f"{where.tenant}/{channel}/{ts}/{pressed_at}/{user}", place, user, said, True, moment(pressed_at, now)),
        where,
        foreign=foreign,
        pressed=Pressed(
            channel,
            ts,
            label,
            tuple(listed(message, "blocks")),
            text(body, "response_url"),
            text(body, "trigger_id"),
            hidden,
            forms.settles(said),
        ),
    )


def _shortcut(body: Json, bot: str) -> Incoming:
    where, user, trigger = workspace(body), text(table(body.get("user")), "id"), text(body, "trigger_id")
    if not where.tenant or not user or not trigger:
        return Ignored("shortcut of nobody")
    if text(body, "type") == "shortcut":
        return OpenModal(trigger, where, user, "")
    message, channel = table(body.get("message")), text(table(body.get("channel")), "id")
    ts = text(message, "ts") or text(body, "message_ts")
    place = None
    if channel and ts and not channel.startswith("D"):  # a direct conversation may be one of two people
        place = _place(where, channel, text(message, "thread_ts"), ts, direct=False)
    return OpenModal(trigger, where, user, spoken(text(message, "text"), bot), place)


def _submission(body: Json, now: datetime, shared: Container[tuple[str, str]]) -> Incoming:
    where, user, view = workspace(body), text(table(body.get("user")), "id"), table(body.get("view"))
    said = forms.typed(view)
    if not where.tenant or not user or not text(view, "id"):
        return Ignored("modal of nobody")
    if not said:
        return Ignored("modal without a question")
    id_ = f"{where.tenant}/{text(view, 'id')}"
    place = forms.place_in(text(view, "private_metadata"))
    known = place is not None and (place.tenant, place.channel) in shared
    foreign = forms.is_foreign(where, text(table(body.get("user")), "team_id"), shared=known)
    if place and place.tenant == where.tenant:
        return Heard(Message(id_, place, user, said, True, now), where, foreign=foreign)
    return Unplaced(id_, where, user, said, now, foreign=foreign)


# Commands ---------------------------------------------------------------------------------
def _command(form: Json, now: datetime) -> Incoming:
    where, user, trigger = workspace(form), text(form, "user_id"), text(form, "trigger_id")
    if not where.tenant or not user or not trigger:
        return Ignored("command of nobody")
    said, quietly = forms.commanded(text(form, "command"), spoken(text(form, "text"), ""))
    if not said:
        return Ignored("command " + text(form, "command")[:60])
    return Unplaced(
        trigger,
        where,
        user,
        said,
        now,
        text(form, "channel_id"),
        quietly,
        text(form, "response_url"),
        trigger,
    )
