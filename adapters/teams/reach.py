"""Know where conversations are reached and how people are addressed, as the latest activity of each said.

Kept by the store, so that a reply finds its way after a restart; remembered here, so that most activities cost no
write. Names are for mentions: they live in memory only, for a while. Must never send anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from adapters.recent import Recent
from adapters.teams import forms
from adapters.teams.api import Kind, Reference
from adapters.teams.forms import PLATFORM
from adapters.teams.parse import Where, Who
from bot.chat import Place
from bot.conversation import Conversation
from bot.store import Known, Posted, Reached, Store

ANONYMOUS: Final = "anonymous"  # the tenant of clients that name none
FRESH: Final = timedelta(hours=1)  # how old what is kept may be before the same is written again


@dataclass(frozen=True, slots=True)
class _Noted:
    found: Reached
    since: datetime
    at: datetime


class Reach:
    """Where and who. Everything raises StoreError while the database is away."""

    def __init__(self, store: Store[Conversation]) -> None:
        self.store = store
        self._places: Recent[tuple[str, str], _Noted] = Recent()
        self._people: Recent[tuple[str, str], tuple[Known, datetime]] = Recent()
        self._names: Recent[tuple[str, str], str] = Recent()

    # What activities say ------------------------------------------------------------------
    async def tenant(self, where: Where) -> str:
        """Find the tenant of a conversation whose activity names none."""
        return where.tenant or (await self.store.tenant_of(PLATFORM, where.channel)).partition("/")[2] or ANONYMOUS

    async def note(self, where: Where, who: Who, now: datetime) -> datetime:
        """Keep what an activity says of its place and its author; since when we are there."""
        owner = where.place.owner
        if who.author and who.address:
            await self._note_person(owner, where, who, now)
        found = Reached(owner, where.channel, where.service_url, where.bot, where.kind, where.team)
        held = self._places.find((owner, where.channel))
        if held and not found.team:
            found = Reached(owner, where.channel, where.service_url, where.bot, where.kind, held.found.team)
        if held and held.found == found and now - held.at < FRESH:
            return held.since
        since = await self.store.keep_reference(found, now)
        self._places.keep((owner, where.channel), _Noted(found, since, now))
        return since

    async def _note_person(self, owner: str, where: Where, who: Who, now: datetime) -> None:
        if who.name:
            self._names.keep((owner, who.author), who.name)
        held = self._people.find((owner, who.author))
        direct = where.channel if where.kind == "personal" else held[0].direct if held else ""
        known = Known(who.address, direct)
        if held and held[0] == known and now - held[1] < FRESH:
            return
        await self.store.keep_person(owner, who.author, known, now)
        self._people.keep((owner, who.author), (known, now))

    # What replies need --------------------------------------------------------------------
    async def reference(self, place: Place, channel: str = "", thread: str = "") -> Reference | None:
        """Find where a place, or another conversation of its tenant, is reached; None where that isn't known."""
        channel, thread = channel or place.channel, thread or (forms.MAIN if channel else place.thread)
        held = self._places.find((place.owner, channel))
        found = held.found if held else await self.store.reference(place.owner, channel)
        if found is None:
            return None
        if held is None:
            self._places.keep((place.owner, channel), _Noted(found, _long_ago(), _long_ago()))
        kind: Kind = "personal" if found.kind == "personal" else "channel" if found.kind == "channel" else "groupChat"
        return Reference(place.tenant, forms.joined(channel, thread), found.service_url, found.bot, kind)

    async def drop(self, place: Place, channel: str) -> None:
        """Forget how a conversation is reached: it can't be any more."""
        self._places.drop((place.owner, channel))
        await self.store.drop_reference(place.owner, channel)

    async def known(self, place: Place, author: str) -> Known | None:
        """Find how somebody is addressed there."""
        held = self._people.find((place.owner, author))
        if held and held[0].direct:
            return held[0]
        return await self.store.person(place.owner, author) or (held[0] if held else None)

    async def opened(self, place: Place, author: str, direct: Reference, now: datetime) -> None:
        """Keep a conversation with somebody alone that was just opened."""
        known = await self.known(place, author)
        if known is not None:
            await self.store.keep_person(place.owner, author, Known(known.address, direct.conversation), now)
            self._people.keep((place.owner, author), (Known(known.address, direct.conversation), now))
        found = Reached(place.owner, direct.conversation, direct.service_url, direct.bot, "personal")
        since = await self.store.keep_reference(found, now)
        self._places.keep((place.owner, direct.conversation), _Noted(found, since, now))

    def name(self, place: Place, author: str) -> str:
        """Say what somebody is called; "" where nobody told lately."""
        return self._names.find((place.owner, author)) or ""

    # Leaving ------------------------------------------------------------------------------
    async def leave(self, where: Where, *, team: bool) -> int:
        """Forget a conversation, or a team's: we were taken out. In private only how it is reached. How many rows."""
        place = where.place
        self._places = Recent()
        if where.kind == "personal":
            return int(await self.store.drop_reference(place.owner, where.channel))
        return await self.store.forget_channels(place.owner, (where.channel,), where.team if team else "")

    # Cards --------------------------------------------------------------------------------
    async def posted(self, where: Where, activity: str) -> Posted | None:
        """Find something of ours by its id in a conversation."""
        return await self.store.posted(where.place.owner, where.channel, activity) if activity else None

    async def answers(self, where: Where) -> tuple[Posted, ...]:
        """List what of ours can be judged in a conversation and its threads, the latest first."""
        return await self.store.answers(where.place.owner, where.channel)


def _long_ago() -> datetime:
    return datetime.min.replace(tzinfo=UTC)
