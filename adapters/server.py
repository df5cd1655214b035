"""The one HTTP server: mounts what is switched on, says how it is, and stops without losing a turn.

Every answer carries the security headers, every body is limited, and more turns at once than the store can
take are refused at once, so that whoever sent them tries again. Must never know what a turn says.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.metrics import Metrics
from adapters.pace import Gate, Pace
from adapters.web import app as chat
from bot import telemetry
from bot.catalog import load
from bot.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.advisor import Advisor
    from bot.conversation import Conversation
    from bot.settings import Settings
    from bot.store import Store

FINISH = 5.0  # seconds that turns under way get when the server stops
WATCH = 1.0  # seconds between two looks at the content folders
DRAIN = 1.0  # seconds in which whoever balances the load learns that we stop, before new connections are refused
SWEEP = 3600.0  # seconds between two sweeps of what is too old to keep

PAGES = {"/privacy": "PRIVACY.md", "/terms": "LICENSE"}  # what the app's details in Teams link to

log = structlog.get_logger()

Reasons = Callable[[], Awaitable[Sequence[str]]]
Warnings = Callable[[], Sequence[str]]


class Platform(Protocol):
    """A platform, served."""

    def routes(self) -> Sequence[web.RouteDef]:
        """List what the server mounts."""

    def warnings(self) -> Sequence[str]:
        """Say what is wrong, for `/ready`."""


@dataclass(slots=True)
class Health:
    """What `/ready` tells: every reason not to send turns here now, and warnings that don't stop them."""

    reasons: Reasons
    warnings: Warnings
    stopping: bool = False

    async def live(self, request: web.Request) -> web.Response:
        """Answer as long as the loop runs."""
        return web.json_response({"live": True})

    async def ready(self, request: web.Request) -> web.Response:
        """Answer 200 when turns can be taken, else 503 with the reasons."""
        reasons = ["stopping"] if self.stopping else list(await self.reasons())
        told = {"ready": not reasons, "reasons": reasons, "warnings": list(self.warnings())}
        return web.json_response(told, status=503 if reasons else 200)


HEALTH = web.AppKey("health", Health)
GATE = web.AppKey("gate", Gate)


async def _no_reasons() -> Sequence[str]:
    return ()


def build(  # noqa: PLR0913  (all but one have a default; whoever starts a server names them)
    advisor: chat.Advises,
    *,
    web_chat: bool = True,
    spots: Sequence[chat.Spot] = (),
    pace: Pace | None = None,
    reasons: Reasons = _no_reasons,
    warnings: Warnings = tuple,
    routes: Sequence[web.RouteDef] = (),
    gate: Gate | None = None,
    metrics: Metrics | None = None,
    store: Store[Conversation] | None = None,
) -> web.Application:
    """Put the application together.

    `spots` are the other places and what each needs; `reasons` and `warnings` feed `/ready`; `routes` are the
    platforms' own doors. What doesn't come by HTTP goes through the same `gate`. `metrics` show the `store`, too.
    """
    health = Health(reasons, warnings)
    metrics = metrics or Metrics()
    app = web.Application(middlewares=[metrics.time, _admit], client_max_size=chat.BODY_LIMIT)
    app[HEALTH] = health
    app[GATE] = gate or Gate()
    app.on_response_prepare.append(_secure)
    app.router.add_get("/live", health.live)
    app.router.add_get("/ready", health.ready)
    app.router.add_get("/metrics", partial(metrics.serve, store=store))
    for path, name in PAGES.items():
        app.router.add_get(path, partial(_page, name=name))
    app.router.add_routes(routes)
    if web_chat:
        app.router.add_routes(chat.Chat(advisor, tuple(spots), pace or Pace()).routes())
    return app


async def _page(request: web.Request, name: str) -> web.FileResponse:
    """Show a page of ours as it is written: people come here from the app's details."""
    package = Path(str(files("bot")))
    path = next(folder / name for folder in (package, package.parent) if (folder / name).is_file())
    return web.FileResponse(path, headers={"Content-Type": "text/plain; charset=utf-8"})


@web.middleware
async def _admit(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take a turn, or refuse it at once while too many are under way."""
    if request.method != "POST":
        return await handler(request)
    with request.app[GATE].enter() as let_in:
        return await handler(request) if let_in else chat.Trouble(503, "busy", 1).response()


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer the headers; errors too."""
    for name, value in chat.HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "whichops"


# Running ----------------------------------------------------------------------------------
async def listen(
    app: web.Application,
    host: str,
    port: int,
    stop: asyncio.Event,
    bound: Callable[[str], None] = lambda address: None,
    drain: float = 0.0,
) -> None:
    """Serve until `stop` is set, then: not ready, for `drain` seconds; no new connections, turns under way finish.

    Tells `bound` the address once it is bound (port 0 picks a free one). Raises ConfigError when it can't be.
    """
    # Bodies are read as they come: a compressed one could unpack to any size.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH, auto_decompress=False)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ConfigError(
                f"can't serve on {host}:{port} ({error.strerror or error}): "
                "stop what runs there, or choose another WHICHOPS_PORT"
            ) from None
        name, number = runner.addresses[0][:2]
        bound(f"http://[{name}]:{number}" if ":" in name else f"http://{name}:{number}")
        await stop.wait()
        app[HEALTH].stopping = True
        await asyncio.sleep(drain)
    finally:
        await runner.cleanup()


async def serve(advisor: Advisor, store: Store[Conversation], options: Settings) -> None:
    """Serve the advisor until SIGTERM or Ctrl-C; SIGHUP reads the content again."""
    told = _Told(store)
    gate, metrics = Gate(), Metrics(anywhere=options.metrics == "anywhere")
    stop, reload = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number, event in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, reload)):
        loop.add_signal_handler(number, event.set)

    def bound(address: str) -> None:
        metrics.begin()
        log.info("serving", address=address, web=options.web, slack=options.slack, teams=options.teams)

    async with AsyncExitStack() as platforms:
        works = (_watch(advisor, options, reload, metrics), _sweep(store))
        await platforms.enter_async_context(_beside(advisor, metrics, *works))
        known = ((options.slack, partial(_slack, gate=gate)), (options.teams, _teams))
        starts = [start for on, start in known if on]
        running = [await platforms.enter_async_context(start(advisor, store, options)) for start in starts]

        def warnings() -> Sequence[str]:
            stale = ["content_stale"] if advisor.content_problem else []
            return [*stale, *told.warnings, *(each for platform in running for each in platform.warnings())]

        app = build(
            advisor,
            web_chat=options.web == "on",
            spots=_spots(options),
            reasons=told.reasons,
            warnings=warnings,
            routes=[each for platform in running for each in platform.routes()],
            gate=gate,
            metrics=metrics,
            store=store,
        )
        # What stands now stays: a full collection that walks the whole catalog again and again would hold the loop.
        gc.freeze()
        await listen(app, options.host, options.port, stop, bound, 0.0 if options.loopback else DRAIN)


@asynccontextmanager
async def _beside(advisor: Advisor, metrics: Metrics, *works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do what is done beside serving, and count, until the block ends."""
    telemetry.listen(metrics.fact)
    advisor.tally = metrics.turn
    tasks = [asyncio.create_task(work) for work in (*works, metrics.watch())]
    try:
        yield
    finally:
        telemetry.listen(None)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _slack(
    advisor: Advisor, store: Store[Conversation], options: Settings, gate: Gate
) -> AbstractAsyncContextManager[Platform]:
    from adapters.slack import app  # noqa: PLC0415  (the SDK takes its time to import; only who has Slack waits)

    return app.running(advisor, store, options, gate)


def _teams(advisor: Advisor, store: Store[Conversation], options: Settings) -> AbstractAsyncContextManager[Platform]:
    from adapters.teams import app  # noqa: PLC0415  (as Slack's)

    return app.running(advisor, store, options)


def _spots(options: Settings) -> Sequence[chat.Spot]:
    """Say in the web chat where else the advisor speaks, or what is missing for that."""
    return (
        chat.Spot("Slack", () if options.slack else ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")),
        chat.Spot(
            "Microsoft Teams", () if options.teams else ("TEAMS_APP_ID", "TEAMS_APP_PASSWORD", "TEAMS_TENANT_ID")
        ),
    )


@dataclass(slots=True)
class _Told:
    """How the database is, for `/ready`: one write a look."""

    store: Store[Conversation]
    warnings: Sequence[str] = ()

    async def reasons(self) -> Sequence[str]:
        """Say why no turn can be taken; and note what waits for an admin."""
        try:
            async with asyncio.timeout(1):
                found = await self.store.check(datetime.now(UTC))
        except (StoreError, TimeoutError):
            return ["database"]
        waits = {"replies_parked": found.parked, "states_shelved": found.shelved}
        self.warnings = [f"{name}: {count}" for name, count in waits.items() if count]
        return []


async def _sweep(store: Store[Conversation]) -> None:
    """Delete what is too old, now and then. A database that is away is swept the next time."""
    while True:
        with suppress(StoreError):
            await store.sweep(datetime.now(UTC))
        await asyncio.sleep(SWEEP)


async def _watch(advisor: Advisor, options: Settings, reload: asyncio.Event, metrics: Metrics) -> None:
    """Have the content read again when a file of it changes. What can't be used leaves the old content in place."""
    folders = [load.built_in(), *([options.content_dir] if options.content_dir else [])]
    seen = await asyncio.to_thread(load.stamp, folders)
    metrics.content(await asyncio.to_thread(_version, folders), stale=bool(advisor.content_problem))
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(WATCH):
                await reload.wait()
        now = await asyncio.to_thread(load.stamp, folders)
        if now == seen and not reload.is_set():
            continue
        seen = now
        reload.clear()
        await asyncio.to_thread(advisor.learn, options.content_dir)
        metrics.content(await asyncio.to_thread(_version, folders), stale=bool(advisor.content_problem))


def _version(folders: Sequence[Path]) -> str:
    """Name the content by what is in its files: the same in every replica that serves the same."""
    held = hashlib.sha256()
    for path in (each for folder in folders for each in sorted(folder.rglob("*.yaml"))):
        with suppress(OSError):  # gone since it was listed
            held.update(path.read_bytes())
    return held.hexdigest()[:8]
