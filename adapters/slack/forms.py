"""Read the parts of Slack's payloads: texts, tables, workspaces, presses, what was typed. Never raises.

Slack's JSON is signed, yet every field is read as if it could be missing or of another kind: a payload of a
new shape must end as "ignored", never as an error that Slack retries.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from adapters.saying import QUIETLY, ROADMAP, WHICHOPS, named
from adapters.slack import press
from adapters.slack.limits import METADATA
from adapters.spans import size
from adapters.wire import Json, listed, table, text
from bot.chat import Place
from bot.commands import Move, NoneOfThese, WhyAsk
from bot.commands import parse as read_command

_TS: Final = re.compile(r"\d{1,11}(?:\.\d{1,9})?")
_TOKEN: Final = re.compile(r"<([^<>]*)>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))  # in this order


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the app is installed. `tenant` is the first part of every stored key.

    An org-wide installation has one tenant for all its workspaces, since its channels may span them; an
    installation in one workspace is its own tenant, so that removing it forgets exactly that one.
    """

    tenant: str
    team: str  # "" where an org-wide installation names none
    enterprise: str = ""
    org_wide: bool = False


def moment(ts: str, now: datetime) -> datetime:
    """Read one of Slack's timestamps; `now` where it is none."""
    if not _TS.fullmatch(ts):
        return now
    try:
        return datetime.fromtimestamp(float(ts), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def is_ts(thread: str) -> bool:
    """Tell whether a thread is one of Slack's, and not a name of ours."""
    return "." in thread and _TS.fullmatch(thread) is not None


def workspace(body: Json) -> Workspace:
    """Find the installation a payload belongs to, in the order Bolt looks for its token."""
    first = next(iter(listed(body, "authorizations")), {})
    user, view, team = table(body.get("user")), table(body.get("view")), body.get("team")
    found = [
        text(view, "app_installed_team_id"),
        text(table(team), "id") or (team if isinstance(team, str) else ""),
        text(first, "team_id"),
        text(body, "team_id"),
        text(user, "team_id"),
    ]
    installed = next((each for each in found if each), "")
    grid = (text(table(body.get("enterprise")), "id"), text(first, "enterprise_id"), text(body, "enterprise_id"))
    enterprise = next((each for each in grid if each), "")
    wide = (first or body).get("is_enterprise_install") in (True, "true") and bool(enterprise)
    return Workspace(enterprise if wide else installed, installed, enterprise, wide)


def is_foreign(where: Workspace, team: str, *, shared: bool) -> bool:
    """Tell whether somebody of `team` is a guest of another organisation.

    Inside an organisation of several workspaces a team's organisation isn't told; there a colleague of
    another workspace counts as foreign only in a channel that really is `shared` with outsiders.
    """
    if not team or team in (where.team, where.enterprise, where.tenant):
        return False
    return shared or not where.enterprise


# Words ------------------------------------------------------------------------------------
def mentions(raw: str, user: str) -> bool:
    """Tell whether a text mentions a user."""
    return bool(user) and (f"<@{user}>" in raw or f"<@{user}|" in raw)


def spoken(raw: str, bot: str) -> str:
    """Turn Slack's markup into the words the person sees, without the mention of the bot in front."""
    if bot:
        mention = re.compile(rf"\s*<@{re.escape(bot)}(?:\|[^<>]*)?>[\s,:]*")
        while found := mention.match(raw):
            raw = raw[found.end() :]
    said = _TOKEN.sub(lambda found: _shown(found.group(1), bot), raw)
    for entity, character in _ENTITIES:
        said = said.replace(entity, character)
    return said.strip()


def _shown(token: str, bot: str) -> str:
    """Show `@U1|name`, `#C1|name`, `!here`, `!date^…|label` or an address as a reader sees it."""
    target, _, label = token.partition("|")
    kind, rest = target[:1], target[1:]
    if kind == "@":
        return "" if rest == bot else "@" + (label or rest).removeprefix("@")
    if kind == "#":
        return "#" + (label or rest).removeprefix("#")
    if kind == "!":
        return label or "@" + rest.partition("^")[0]
    return label or re.sub(r"^(?:mailto|tel):", "", target)


def commanded(command: str, said: str) -> tuple[str, bool]:
    """Read a slash command: what was said ("" if it is not ours) and whether quietly.

    `/roadmap` starts the roadmap, `/roadmap stop` is `/stop`, `/whichops help` is `/help`, `/whichops private
    what is MLOps` asks so that only the author sees the answer.
    """
    words = said.split()
    quietly = bool(words) and words[0].lower() == QUIETLY
    if quietly:
        said = said[len(words[0]) :].strip()
        words = words[1:]
    if command not in (ROADMAP, WHICHOPS):
        return "", quietly
    if named(words):
        return named(words), quietly
    if command == ROADMAP:
        return ROADMAP, quietly
    return said or "/help", quietly


# Presses ----------------------------------------------------------------------------------
def pressed(action: Json, state: Json) -> tuple[str, str]:
    """Tell what a press says and how it was labelled; ("", "") where it says nothing yet or is not ours."""
    kind, _, number = text(action, "action_id").partition(":")
    option = table(action.get("selected_option"))
    match kind:
        case press.SAY if option:
            return text(option, "value"), _label(option)
        case press.SAY | press.JUDGE:
            return text(action, "value"), _label(action)
        case press.GO:
            picked = _picked(state, number)
            ids = [text(each, "value") for each in picked]
            labels = ", ".join(_label(each) for each in picked) or _label(action)
            return " ".join([text(action, "value"), *ids]), labels
    return "", ""


def _label(shown: Json) -> str:
    return spoken(text(table(shown.get("text")), "text"), "")


def _picked(state: Json, number: str) -> list[Json]:
    """Collect the options picked under the same number, wherever Slack put their block."""
    found: list[Json] = []
    for block in table(state.get("values")).values():
        for action_id, held in table(block).items():
            kind, _, rest = action_id.partition(":")
            if kind == press.PICK and rest.partition(":")[0] == number:
                found += listed(table(held), "selected_options")
    return [each for each in found if text(each, "value")]


def settles(said: str) -> bool:
    """Tell whether saying this is over with the card it was pressed on: a move of the interview, "none of these"."""
    command = read_command(said)
    return isinstance(command, Move | NoneOfThese) and not isinstance(command, WhyAsk)


# The question modal -----------------------------------------------------------------------
def typed(view: Json) -> str:
    """Take the question typed into our modal; "" where it is another modal."""
    if text(view, "callback_id") != press.ASK:
        return ""
    values = table(table(view.get("state")).get("values"))
    return text(table(table(values.get(press.QUESTION)).get(press.QUESTION)), "value").strip()


def metadata(place: Place | None) -> str:
    """Write a place so that it comes back with the modal."""
    if place is None:
        return ""
    kept = json.dumps([place.tenant, place.channel, place.thread, place.private])
    return kept if size(kept) <= METADATA else ""


def place_in(kept: str) -> Place | None:
    """Read what `metadata` wrote."""
    try:
        match json.loads(kept):
            case [str(tenant), str(channel), str(thread), bool(private)] if tenant and channel and thread:
                return Place("slack", tenant, channel, thread, private)
    except (ValueError, RecursionError):
        pass
    return None
