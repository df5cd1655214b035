"""How the bot behaves where: the rule of a place, who is called when a person is asked for, who asked for quiet.

The admin's word is content (`channels.yaml`); that people asked for quiet is kept by the store (`Store.muted`).
Pure: must never read, store or say anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.sayings import listed, plainly
from bot.catalog.schema import Catalog, Channel, Mode
from bot.chat import Message, Place
from bot.commands import Greetings, Mute


@dataclass(frozen=True, slots=True)
class Rule:
    """What the admin wants of us in one place."""

    mode: Mode
    welcome: bool = False
    private: bool = False
    expert: str = ""

    @property
    def hushed(self) -> bool:
        """Whether nothing at all is to be said aloud: who asks by a command is answered alone."""
        return self.mode in ("shadow", "silent")


def rule(catalog: Catalog, place: Place) -> Rule:
    """Find the rule of a place. In private we are always spoken to: there is no channel to spare."""
    channel = _channel(catalog, place)
    if place.private:
        return Rule("mention-only", expert=channel.expert or "")
    return Rule(channel.mode or catalog.channels.default, channel.welcome, channel.private, channel.expert or "")


def expert(catalog: Catalog, place: Place, topics: Sequence[str]) -> str:
    """Name who knows these topics in this place: the topic's expert, else the channel's; "" for nobody."""
    by_topic = (catalog.channels.experts.get(topic, "") for topic in topics)
    return next((handle for handle in by_topic if handle), "") or _channel(catalog, place).expert or ""


def mute(catalog: Catalog, message: Message) -> Mute | None:
    """Read "mute here" and "unmute", as somebody says it to the bot; None when it is something else."""
    if not message.addressed:
        return None
    on = _says(catalog, message, "mute-said", "unmute-said")
    return None if on is None else Mute(on)


def greetings(catalog: Catalog, message: Message) -> Greetings | None:
    """Read "don't greet me" and "you may greet me", as somebody says it to the bot; None when it is something else."""
    if not message.addressed:
        return None
    on = _says(catalog, message, "greetings-on-said", "greetings-off-said")
    return None if on is None else Greetings(on)


def _says(catalog: Catalog, message: Message, yes: str, no: str) -> bool | None:
    """Tell which of two lists of sayings a text is in: True, False, or None for neither."""
    said = plainly(message.text, " .!")
    for key, on in ((yes, True), (no, False)):
        if said in listed(catalog.replies[key]):
            return on
    return None


def _channel(catalog: Catalog, place: Place) -> Channel:
    known = next((ids for name, ids in catalog.channels.places.items() if name == place.platform), {})
    return known.get(place.channel) or Channel()
