"""People at the fake Slack: what they write, press and type, as the payloads Slack would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.slack.fake import BOT, BOT_ID, TEAM, Posted, Slack
from tests.slack.socketmode import APP

Json = dict[str, Any]
TOKEN = "ZZZZZZWSxiZZZ2yIvs3peJ"  # the old verification token; nobody may look at it


@dataclass(frozen=True)
class Person:
    """Somebody in a workspace. `events` of a message: what Slack sends for it, in the order it may come."""

    slack: Slack
    id: str = "U0ANA"
    team: str = TEAM

    def say(self, text: str, channel: str = "C0OPS", thread: str = "") -> tuple[Posted, list[Json]]:
        """Write in a channel: a mention is told twice, as `app_mention` and as `message`."""
        message = self.slack.said(self.id, channel, text, thread)
        base = {
            "user": self.id,
            "ts": message.ts,
            "text": text,
            "team": self.team,
            "channel": channel,
            "event_ts": message.ts,
        }
        if thread:
            base["thread_ts"] = thread
        kind = "im" if channel.startswith("D") else "channel"
        events = [self.envelope(base | {"type": "message", "channel_type": kind})]
        if kind == "channel" and f"<@{BOT}>" in text:
            events.insert(0, self.envelope(base | {"type": "app_mention"}))
        return message, events

    def direct(self, text: str, thread: str = "") -> tuple[Posted, list[Json]]:
        """Write to the bot alone."""
        return self.say(text, self.slack.direct(self.id), thread)

    def envelope(self, event: Json, **more: Any) -> Json:
        """Put an event into Slack's envelope."""
        authorized = {
            "enterprise_id": None,
            "team_id": self.team,
            "user_id": BOT,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            "token": TOKEN,
            "team_id": self.team,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": "Ev" + self.slack.ts().replace(".", ""),
            "event_time": int(self.slack.now()),
            "authorizations": [authorized],
            "is_ext_shared_channel": self._is_shared(event),
        } | more

    def _is_shared(self, event: Json) -> bool:
        channel = event.get("channel")
        return isinstance(channel, str) and channel in self.slack.channels and self.slack.channels[channel].shared

    def command(self, command: str, text: str = "", channel: str = "C0OPS") -> Json:
        """Type a slash command."""
        return {
            "token": TOKEN,
            "team_id": self.team,
            "team_domain": "acme",
            "channel_id": channel,
            "channel_name": "directmessage" if channel.startswith("D") else "ops",
            "user_id": self.id,
            "user_name": "ana",
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self.slack.response_url(channel, self.id),
            "trigger_id": self.slack.trigger(),
        }

    def press(self, message: Posted, label: str, *picked: str) -> Json:
        """Press the button, thumb or menu entry of this label; `picked` are the ids ticked before confirming."""
        block, element = next(_found(message.blocks, label))
        action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
        action["action_ts"] = self.slack.ts()
        if element["type"] == "static_select":
            action["selected_option"] = next(each for each in element["options"] if each["text"]["text"] == label)
        elif element["type"] == "feedback_buttons":
            thumb = next(each for each in _thumbs(element) if each["text"]["text"] == label)
            action |= {"value": thumb["value"], "text": thumb["text"]}
        else:
            action |= {"value": element["value"], "text": element["text"]}
        return self.interaction(message, action, _state(message.blocks, picked))

    def interaction(self, message: Posted, action: Json, state: Json) -> Json:
        """Put an action into the payload Slack sends with it."""
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": bool(message.only),
        }
        shown: Json = {
            "type": "message",
            "user": BOT,
            "bot_id": BOT_ID,
            "app_id": APP,
            "team": message.team,
            "ts": message.ts,
        }
        shown |= {"text": message.text, "blocks": message.blocks}
        if message.thread_ts:
            container["thread_ts"] = shown["thread_ts"] = message.thread_ts
        payload: Json = {
            "type": "block_actions",
            "user": {"id": self.id, "username": "ana", "name": "ana", "team_id": self.team},
            "api_app_id": APP,
            "token": TOKEN,
            "container": container,
            "trigger_id": self.slack.trigger(),
            "team": {"id": message.team, "domain": "acme"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": message.channel, "name": "ops"},
            "state": {"values": state},
            "response_url": self.slack.response_url(message.channel, self.id, message.ts, message.thread_ts),
            "actions": [action],
        }
        return payload if message.only else payload | {"message": shown}

    def shortcut(self, about: Posted | None = None) -> Json:
        """Choose "Ask Whichops", on a message or anywhere."""
        payload: Json = {
            "type": "message_action" if about else "shortcut",
            "callback_id": "ask",
            "token": TOKEN,
            "trigger_id": self.slack.trigger(),
            "action_ts": self.slack.ts(),
            "team": {"id": self.team, "domain": "acme"},
            "user": {"id": self.id, "username": "ana", "team_id": self.team},
            "is_enterprise_install": False,
            "enterprise": None,
        }
        if about:
            message: Json = {
                "type": "message",
                "user": about.user,
                "ts": about.ts,
                "text": about.text,
                "team": about.team,
            }
            message |= {"thread_ts": about.thread_ts} if about.thread_ts else {}
            url = self.slack.response_url(about.channel, self.id, about.ts)
            payload |= {
                "message": message,
                "message_ts": about.ts,
                "channel": {"id": about.channel},
                "response_url": url,
            }
        return payload

    def submit(self, view: Json, **typed: str) -> Json:
        """Send a modal in; `typed` is what is in the inputs, by block id."""
        values = {
            block["block_id"]: {
                block["element"]["action_id"]: {
                    "type": "plain_text_input",
                    "value": typed.get(block["block_id"], block["element"].get("initial_value")),
                }
            }
            for block in view["blocks"]
            if block["type"] == "input"
        }
        return {
            "type": "view_submission",
            "team": {"id": self.team, "domain": "acme"},
            "user": {"id": self.id, "username": "ana", "name": "ana", "team_id": self.team},
            "api_app_id": APP,
            "token": TOKEN,
            "trigger_id": self.slack.trigger(),
            "view": view | {"state": {"values": values}},
            "response_urls": [],
            "is_enterprise_install": False,
            "enterprise": None,
        }


def labels(message: Posted) -> list[str]:
    """Everything that can be pressed on a message."""
    return [label for block in message.blocks for element in block.get("elements", []) for label in _labels(element)]


def _labels(element: Json) -> list[str]:
    match element.get("type"):
        case "button":
            return [element["text"]["text"]]
        case "static_select":
            return [each["text"]["text"] for each in element["options"]]
        case "feedback_buttons":
            return [each["text"]["text"] for each in _thumbs(element)]
    return []


def _thumbs(element: Json) -> list[Json]:
    return [element["positive_button"], element["negative_button"]]


def _found(blocks: list[Json], label: str) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        for element in block.get("elements", []):
            if label in _labels(element):
                yield block, element


def _state(blocks: list[Json], picked: tuple[str, ...]) -> Json:
    """Say what is ticked, as Slack does with every press: what was shown ticked, or else what was picked."""
    values: Json = {}
    for block in blocks:
        for element in block.get("elements", []):
            if element.get("type") in ("checkboxes", "multi_static_select"):
                chosen = [each for each in element["options"] if each["value"] in picked]
                held = chosen if picked else element.get("initial_options", [])
                values[block["block_id"]] = {element["action_id"]: {"type": element["type"], "selected_options": held}}
    return values
