"""People at the fake Teams: what they write, press and install, as the activities Teams' clients send."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.teams.fake import ANA, BEN, BOT, CHANNEL, PERSONAL, TENANT, Posted, Teams

Json = dict[str, Any]
TEAM = "19:team@thread.tacv2"
MENTION = "<at>Whichops</at>"
AAD = {ANA: "aad00000-0000-4000-8000-0000000000a1", BEN: "aad00000-0000-4000-8000-0000000000b2"}
NAMES = {ANA: "Ana Lima", BEN: "Ben Ode"}
_IDS = itertools.count(1_780_000_500_000)


@dataclass(frozen=True)
class Person:
    """Somebody in a tenant."""

    teams: Teams
    id: str = ANA
    tenant: str = TENANT

    @property
    def author(self) -> str:
        """How they are kept."""
        return AAD.get(self.id, self.id)

    def say(self, text: str, conversation: str = "", *, mention: bool = True, **more: Any) -> Json:
        """Write in a channel (a new thread unless told which), a group chat or to the bot alone."""
        activity = self._activity("message", conversation or CHANNEL)
        where = activity["conversation"]
        if not conversation:
            where["id"] = f"{CHANNEL};messageid={activity['id']}"
        activity |= {"textFormat": "plain", "text": text, "locale": "en-US"}
        if mention and where["conversationType"] != "personal":
            activity["text"] = f"{MENTION} {text}"
            entity = {"type": "mention", "text": MENTION, "mentioned": {"id": BOT, "name": "Whichops"}}
            activity["entities"] = [entity, {"type": "clientInfo", "locale": "en-US", "platform": "Windows"}]
        return activity | more

    def direct(self, text: str, **more: Any) -> Json:
        """Write to the bot alone."""
        return self.say(text, PERSONAL, **more)

    def slash(self, text: str, conversation: str = "") -> Json:
        """Choose a slash command: a message that nobody else sees."""
        activity = self.say(text, conversation, mention=False)
        activity["recipient"]["isTargeted"] = True
        return activity

    def press(self, posted: Posted, label: str, *picked: str, submit: bool = False) -> Json:
        """Press a button; `picked` are the boxes ticked before. `submit`: as clients without Execute."""
        action, inputs = next(_actions(posted, label))
        data = deepcopy(action["data"])
        if action.get("associatedInputs") == "auto":
            data |= {each["id"]: ",".join(picked) if picked else each.get("value", "") for each in inputs}
        if submit:
            return self._activity("message", posted.conversation) | {"value": data, "replyToId": posted.id}
        told = {"type": "Action.Execute", "title": label, "verb": action["verb"], "data": data}
        return self.invoke("adaptiveCard/action", posted, {"action": told, "trigger": "manual"})

    def judge(self, posted: Posted, *, like: bool, words: str = "") -> Json:
        """Press a thumb."""
        told = {"reaction": "like" if like else "dislike", "feedback": json.dumps({"feedbackText": words})}
        return self.invoke("message/submitAction", posted, {"actionName": "feedback", "actionValue": told})

    def invoke(self, name: str, posted: Posted, value: Json) -> Json:
        """Invoke something on one of the bot's messages."""
        activity = self._activity("invoke", posted.conversation)
        return activity | {"name": name, "value": value, "replyToId": posted.id}

    def install(self, conversation: str = PERSONAL, action: str = "add") -> Json:
        """Put the app into a conversation, or take it out."""
        return self._activity("installationUpdate", conversation) | {"action": action}

    def members(
        self, conversation: str = PERSONAL, *, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()
    ) -> Json:
        """Tell who came and went."""
        activity = self._activity("conversationUpdate", conversation)
        activity |= {"membersAdded": [{"id": each} for each in added]} if added else {}
        return activity | ({"membersRemoved": [{"id": each} for each in removed]} if removed else {})

    def _activity(self, kind: str, conversation: str) -> Json:
        base = conversation.partition(";messageid=")[0]
        known = self.teams.conversations[base]
        where: Json = {"conversationType": known.kind, "tenantId": self.tenant, "id": conversation}
        data: Json = {"tenant": {"id": self.tenant}}
        if known.kind != "personal":
            where["isGroup"] = True
        if known.kind == "channel":
            data |= {"channel": {"id": base}, "team": {"id": TEAM}, "teamsChannelId": base, "teamsTeamId": TEAM}
        return {
            "type": kind,
            "id": str(next(_IDS)),
            "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
            "localTimezone": "Europe/Berlin",
            "serviceUrl": self.teams.service_url,
            "channelId": "msteams",
            "from": {"id": self.id, "name": NAMES.get(self.id, self.id), "aadObjectId": self.author},
            "conversation": where,
            "recipient": {"id": BOT, "name": "Whichops"},
            "channelData": data,
        }


def labels(posted: Posted) -> list[str]:
    """Everything that can be pressed on a message, Teams' own thumbs aside."""
    return [each["title"] for card in posted.cards for each in _pressable(card)]


def words(drawn: Json) -> str:
    """Every word of a message or card, as it is read; fallbacks left out."""

    def inside(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if value.get("type") == "RichTextBlock":
                yield "".join(each if isinstance(each, str) else str(each.get("text", "")) for each in value["inlines"])
                return
            names = ("text", "title", "label", "codeSnippet")
            yield from (str(value[name]) for name in names if isinstance(value.get(name), str))
            for name, each in value.items():
                if name not in ("fallback", "data", "entities", "summary"):
                    yield from inside(each)
        elif isinstance(value, list):
            for each in value:
                yield from inside(each)

    return "\n".join(inside(drawn))


def _pressable(card: Json) -> Iterator[Json]:
    for element in _elements(card):
        if element.get("type") in ("Action.Execute", "Action.Submit"):
            yield element


def _elements(card: Json) -> Iterator[Json]:
    """List a card's elements as a client of today shows them: never a fallback."""
    shown = deepcopy(card)

    def without(value: Any) -> None:
        if isinstance(value, dict):
            value.pop("fallback", None)
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
            without(each)

    without(shown)
    return _within(shown)


def _within(element: Json) -> Iterator[Json]:
    yield element
    for name in ("body", "items", "columns", "rows", "cells", "actions", "inlines"):
        for each in element.get(name) or []:
            if isinstance(each, dict):
                yield from _within(each)


def _actions(posted: Posted, label: str) -> Iterator[tuple[Json, list[Json]]]:
    for card in posted.cards:
        inputs = [each for each in _elements(card) if str(each.get("type", "")).startswith("Input.")]
        for each in _pressable(card):
            if each["title"] == label:
                yield each, inputs
