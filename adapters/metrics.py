"""What the server counts, for Prometheus: numbers only.

No label holds an id, a name or a word of anybody: outcomes, reasons, events and routes are words of our own code. Must
never change what is counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.conversation import Conversation
from bot.errors import StoreError
from bot.store import Store

BEAT: Final = 0.02  # seconds between two looks at how late the loop is
WINDOW: Final = 60.0  # seconds for which the longest is told
_HERE: Final = ("127.0.0.1", "::1")
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
# Facts that are logged and counted: what was refused, put off, given up, and what of ours failed.
EVENTS: Final = frozenset(
    {
        *("alarm_ended", "content_loaded", "content_refused", "installation_unreadable", "library_warning"),
        *("outbox_away", "picture_undrawn", "reminder_ended", "send_failed", "state_shelved"),
        *("reply_parked", "reply_put_off", "reply_undeliverable"),
        *("slack_blocks_refused", "slack_failed", "slack_file_refused", "slack_modal_refused", "slack_not_installed"),
        *("slack_refused", "slack_socket_dead", "slack_token_refused", "slack_too_fast", "slack_turned_away"),
        *("teams_again", "teams_card_refused", "teams_failed", "teams_keys_away", "teams_token_missing"),
        *("teams_too_fast", "teams_turned_away", "teams_unknown_invoke"),
    }
)
REFUSALS: Final = {"slack_request_refused": "slack", "teams_request_refused": "teams"}
REASONS: Final = frozenset(
    {
        *("content-type", "host", "service-url", "shape", "signature", "streaming", "tenant", "timestamp"),
        *("token", "too-large", "unreadable"),
    }
)
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0)


class Metrics:
    """One server's numbers, in a registry of their own."""

    def __init__(self, *, anywhere: bool = False) -> None:
        """Begin at nothing. `anywhere`: whoever reaches the port may look, not only this machine."""
        self._anywhere = anywhere
        self._registry = own = CollectorRegistry()
        self._turns = Counter("whichops_turns", "Messages by what became of them", ["outcome"], registry=own)
        self._requests = Histogram(
            "whichops_request_seconds",
            "From a platform's request to our acknowledgement, after the commit",
            ["route", "status"],
            buckets=_SECONDS,
            registry=own,
        )
        self._refused = Counter("whichops_refused", "Requests refused at the door", ["door", "reason"], registry=own)
        self._events = Counter("whichops_events", "Facts that were logged", ["event"], registry=own)
        self._waiting = Gauge("whichops_outbox_waiting", "Replies that wait to be sent", registry=own)
        self._age = Gauge("whichops_outbox_oldest_seconds", "How long the oldest reply is overdue", registry=own)
        self._parked = Gauge("whichops_outbox_parked", "Replies nobody could deliver", registry=own)
        self._shelved = Gauge("whichops_states_shelved", "Conversations that can't be read", registry=own)
        self._up = Gauge("whichops_database_up", "Whether the database took a write just now", registry=own)
        self._held = Gauge(
            "whichops_loop_held_seconds_max", "The longest the event loop was held in the last minute", registry=own
        )
        self._stale = Gauge("whichops_content_stale", "Whether the newest content is refused", registry=own)
        self._content = Gauge("whichops_content", "The content that is served", ["version"], registry=own)
        self._lags: deque[tuple[float, float]] = deque()  # when, and how long: each longer than all after it

    def turn(self, outcome: str) -> None:
        """Count a message."""
        self._turns.labels(outcome).inc()

    def fact(self, event: str, why: str) -> None:
        """Count a fact that was logged, if it is one of ours."""
        if event in REFUSALS:
            self._refused.labels(REFUSALS[event], why if why in REASONS else "other").inc()
        elif event in EVENTS:
            self._events.labels(event).inc()

    def content(self, version: str, *, stale: bool) -> None:
        """Note which content is served, and whether there is newer content that can't be."""
        self._stale.set(stale)
        if not stale:
            self._content.clear()
            self._content.labels(version).set(1)

    def begin(self) -> None:
        """Count from here: what was loaded to start is no delay of anybody's."""
        self._lags.clear()

    async def watch(self) -> None:
        """Measure how long the loop is held, until cancelled."""
        while True:
            begun = perf_counter()
            await asyncio.sleep(BEAT)
            self._note(perf_counter(), perf_counter() - begun - BEAT)

    def _note(self, now: float, lag: float) -> None:
        while self._lags and self._lags[-1][1] <= lag:
            self._lags.pop()
        self._lags.append((now, lag))
        while self._lags[0][0] < now - WINDOW:
            self._lags.popleft()

    @web.middleware
    async def time(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Time what platforms and browsers send."""
        if request.method != "POST":
            return await handler(request)
        begun, status = perf_counter(), "500"
        try:
            answer = await handler(request)
            status = str(answer.status)
            return answer
        except web.HTTPException as error:
            status = str(error.status)
            raise
        finally:
            resource = request.match_info.route.resource
            route = resource.canonical if resource is not None else "unknown"
            self._requests.labels(route, status).observe(perf_counter() - begun)

    async def serve(self, request: web.Request, store: Store[Conversation] | None) -> web.Response:
        """Answer `/metrics`: to this machine, or to all where that was asked for; never through a proxy beside us."""
        forwarded = any(name in request.headers for name in _FORWARDED)
        if not self._anywhere and (forwarded or request.remote not in _HERE):
            raise web.HTTPNotFound
        if store is not None:
            await self._look(store)
        self._held.set(self._lags[0][1] if self._lags else 0.0)
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _look(self, store: Store[Conversation]) -> None:
        self._up.set(0)
        with suppress(StoreError, TimeoutError):
            async with asyncio.timeout(1):
                now = datetime.now(UTC)
                health, oldest = await store.check(now), await store.oldest()
            self._waiting.set(health.waiting)
            self._parked.set(health.parked)
            self._shelved.set(health.shelved)
            self._age.set(max(0.0, (now - oldest).total_seconds()) if oldest else 0.0)
            self._up.set(1)
