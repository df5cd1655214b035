"""Teams' wire: with `trust` the only files that know Microsoft's SDKs; botbuilder itself is known here alone.

The SDK is archived and its shipped adapter answers bad tokens and every invoke with 500. So of it we use what is
sound: the turn of `CloudAdapterBase`, and in `trust` the validation of tokens. Replies leave by `connector`. The way
out is `Adapter.hear` (a header and an activity in, a status and a body out) and `Api`. Must never log a body.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, Protocol
from urllib.request import getproxies

import structlog
from aiohttp import ClientSession, ClientTimeout, web
from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.schema import Activity, ActivityTypes

from adapters.bell import Bell
from adapters.sender import SEND, Sender
from adapters.taking import Taking
from adapters.teams import trust
from adapters.teams.api import TeamsError
from adapters.teams.connector import Connector, NoTokens, Tokens
from adapters.teams.deliver import Delivery
from adapters.teams.door import Door, Hosts
from adapters.teams.reach import Reach
from adapters.teams.talk import Answered, Talk
from adapters.wire import Json, RefusedError
from bot.advisor import Advisor
from bot.conversation import Conversation
from bot.errors import StoreError
from bot.settings import Settings, check_teams
from bot.store import Store

PATH: Final = "/api/messages"

log = structlog.get_logger()


# The turn ---------------------------------------------------------------------------------
class Hears(Protocol):
    """Where a turn is taken: `Talk`."""

    async def hear(self, activity: Json, now: datetime) -> Answered:
        """Take one activity."""


class Adapter(CloudAdapterBase):  # type: ignore[misc]  # the SDK has no types
    """Our adapter: the SDK's turn around an activity that stays as it came (the SDK's models lose parts of it)."""

    def __init__(self, gate: trust.Gate, door: Door, talk: Hears) -> None:
        super().__init__(gate)
        self.on_turn_error = _failed
        self._door = door
        self._talk = talk

    async def hear(self, header: str, activity: Json) -> Answered:
        """Take an activity: who sent it, whose it is, the turn, and what an invoke is answered. Raises RefusedError."""
        kind, name = activity["type"], activity.get("name")
        seen = Activity(type=kind, name=name, channel_id=activity["channelId"], service_url=activity["serviceUrl"])
        known = await self.bot_framework_authentication.authenticate_request(seen, header)
        self._door.check(activity)
        answered = await self.process_activity(known, seen, partial(self._turn, activity))
        return answered or Answered(200, None)

    async def _turn(self, activity: Json, context: TurnContext) -> None:
        answered = await self._talk.hear(activity, datetime.now(UTC))
        # As `send_activity` of an invokeResponse would, without a deep copy of the card.
        context.turn_state[self._INVOKE_RESPONSE_KEY] = Activity(type=ActivityTypes.invoke_response, value=answered)


async def _failed(context: TurnContext, error: Exception) -> None:
    """Have Teams send it again, or the person: nothing of it was kept."""
    if isinstance(error, StoreError | TeamsError):
        log.warning("teams_turned_away", why=str(error))
    else:
        log.error("teams_failed", exc_info=error)
    raise RefusedError(503, "busy") from None


class Front:
    """The way in."""

    def __init__(self, adapter: Adapter, door: Door) -> None:
        self._adapter = adapter
        self._door = door

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts."""
        return [web.post(PATH, self.serve)]

    async def serve(self, request: web.Request) -> web.Response:
        """Take one HTTP request."""
        try:
            activity = await self._door.read(request)
            answered = await self._adapter.hear(request.headers.get("Authorization", ""), activity)
        except RefusedError as refused:
            log.warning("teams_request_refused", why=refused.why)
            return refused.response()
        if answered.body is None:
            return web.Response(status=answered.status)
        return web.json_response(answered.body, status=answered.status)


# Put together -----------------------------------------------------------------------------
def door(options: Settings) -> Door:
    """Make the door the settings ask for."""
    return Door(Hosts(options.teams_hosts, signed=not options.teams_allow_anonymous), options.teams_tenants)


def build(options: Settings, keys: trust.Keys, door: Door, talk: Hears) -> Front:
    """Put the way in together: door, gate, turn."""
    return Front(Adapter(trust.Gate(options, keys), door, talk), door)


@dataclass(frozen=True, slots=True)
class Teams:
    """Teams, served. Leave `running` to stop it."""

    front: Front
    sender: Sender
    keys: trust.Keys
    tokens: Tokens
    more: Sequence[web.RouteDef] = ()

    def routes(self) -> list[web.RouteDef]:
        """List what the server mounts."""
        return [*self.front.routes(), *self.more]

    def warnings(self) -> Sequence[str]:
        """Say what is wrong, for `/ready`."""
        found = [self.keys.problem, self.tokens.problem, "teams_undelivered" if self.sender.given_up else ""]
        return [each for each in found if each]


def _taking(options: Settings, store: Store[Conversation]) -> Taking | None:
    """Offer files by an address, where ours is known and there is a secret to seal with."""
    secret = options.teams_app_password.get_secret_value()
    return Taking(options.public_url, secret, store) if options.public_url and secret else None


@asynccontextmanager
async def running(
    advisor: Advisor, store: Store[Conversation], options: Settings, tokens: Tokens | None = None
) -> AsyncIterator[Teams]:
    """Serve Teams until the block ends; then send what is under way, and let go. `tokens`: other than Microsoft's."""
    check_teams(options, needed=True)  # whoever made the settings: unsigned requests are for this machine only
    if options.teams_allow_anonymous:
        log.warning("teams_anonymous", fix="unset TEAMS_ALLOW_ANONYMOUS: requests are taken that nobody signed")
    tokens, ours = tokens or (trust.Entra(options) if options.teams_app_id else NoTokens()), door(options)
    proxied = bool(getproxies())  # only then: aiohttp also reads ~/.netrc for each call, and trips over what is there
    async with ClientSession(timeout=ClientTimeout(total=SEND), trust_env=proxied) as session:
        reach, taking = Reach(store), _taking(options, store)
        delivery = Delivery(Connector(session, tokens, ours.hosts), reach, lambda: advisor.catalog, taking)
        sender = Sender(store, "teams", delivery, Bell(advisor, store, "teams"))
        talk = Talk(advisor, reach, sender.wake)
        keys = trust.Keys(options.teams_openid_metadata_url, session)
        front = build(options, keys, ours, talk)
        sending = asyncio.create_task(sender.run())
        try:
            yield Teams(front, sender, keys, tokens, taking.routes() if taking else ())
        finally:
            sender.stop()
            await sending
