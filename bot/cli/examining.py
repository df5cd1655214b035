"""Look at a whole set-up: database, content, disk, outbox, and every platform that is switched on.

Must never change anything, nor show a secret.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.finding import Finding
from bot.advisor import Knowledge
from bot.catalog import lint, load
from bot.cli.root import opened
from bot.conversation import Conversation
from bot.errors import ContentError, WhichopsError
from bot.matching.shelf import Shelf
from bot.settings import Settings, cache_folder
from bot.store import Store, backing

LITTLE, LEAST = 1 << 30, 200 << 20  # bytes of disk that are few, and too few
LATE = timedelta(minutes=5)  # from there on something is wrong with a reply that waits


async def examine(options: Settings) -> AsyncIterator[Finding]:
    """Say how everything is, one thing after the other."""
    yield Finding("ok", "settings", _switched_on(options))
    for each in await asyncio.to_thread(lambda: list(_content(options))):
        yield each
    for each in await asyncio.to_thread(lambda: list(_files(options))):
        yield each
    database = await asyncio.to_thread(_database, options)
    yield database
    if database.level == "ok":
        yield await _outbox(options)
    async for each in _platforms(options):
        yield each


def _switched_on(options: Settings) -> str:
    on = {"web chat": options.web == "on", "Slack": options.slack, "Teams": options.teams}
    where = f"on {options.host}:{options.port}"
    return f"{', '.join(name for name, is_on in on.items() if is_on) or 'nothing is switched on'} {where}"


def _content(options: Settings) -> Iterator[Finding]:
    try:
        catalog = load.load(options.content_dir)
    except ContentError as error:
        count = len(error.problems)
        yield Finding("bad", "content", f"{count} problems; the first: {error.problems[0]}", "whichops content lint")
        return
    yield Finding("ok", "content", f"{len(catalog.topics)} topics, {len(catalog.glossary.terms)} terms")
    missing = len(lint.missing_fields(catalog))
    if missing:
        mend = "fill them in onboarding/team.yaml of your content folder (whichops content lint lists them)"
        yield Finding("warn", "onboarding", f"{missing} blanks your team has not filled in", mend)
    Knowledge.of(catalog, Shelf(cache_folder()))
    yield Finding("ok", "matcher", "fitted")


def _files(options: Settings) -> Iterator[Finding]:
    folder = Path.cwd()
    if options.database_url.startswith("sqlite:///"):
        file = Path(options.database_url.removeprefix("sqlite:///"))
        folder = file.parent
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            yield Finding("bad", "file", f"{file} can be read by others on this machine", f"chmod 600 {file}")
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    said = f"{free / (1 << 30):.1f} GB free"
    if free < LITTLE:
        yield Finding("bad" if free < LEAST else "warn", "disk", said, "make room: a full disk refuses every turn")
    else:
        yield Finding("ok", "disk", said)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding("warn", "user", "this runs as root", "run the server as a user of its own, as the image does")


def _database(options: Settings) -> Finding:
    url = options.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return Finding("warn", "database", "is not there yet", "start the server: it makes it")
    try:
        found = backing.check(options.database_url)
    except WhichopsError as error:
        return Finding("bad", "database", str(error), "start it, or mend WHICHOPS_DATABASE_URL")
    if not found.revision:
        return Finding("warn", "database", "has no tables yet", "whichops db upgrade, or start the server")
    if found.problems:
        mend = "whichops db upgrade; if that doesn't help, restore a backup (docs/operations.md)"
        return Finding("bad", "database", "; ".join(found.problems), mend)
    return Finding("ok", "database", f"sound, revision {found.revision}, {sum(found.rows.values())} rows")


async def _outbox(options: Settings) -> Finding:
    async with opened(options) as store:
        parked, oldest = await store.undelivered(), await store.oldest()
    if parked:
        mend = "whichops outbox parked says why; mend that, then whichops outbox retry --all"
        return Finding("warn", "outbox", f"{len(parked)} replies could not be delivered", mend)
    late = datetime.now(UTC) - oldest if oldest else timedelta()
    if late > LATE:
        mend = "is the server running, and its platform reachable? See its log for reply_put_off"
        return Finding("bad", "outbox", f"a reply waits since {late.total_seconds() // 60:.0f} minutes", mend)
    return Finding("ok", "outbox", "nothing is stuck")


async def _platforms(options: Settings) -> AsyncIterator[Finding]:
    """Have each platform's own doctor look, where it is switched on."""
    if options.slack:
        from adapters.slack import doctor as slack  # noqa: PLC0415  (the SDK takes its time to import)

        store = Store(options.database_url, Conversation)
        if options.slack_client_id:
            await store.open()
        try:
            async for each in slack.examine(options, store, url="", channel="", words=""):
                yield each
        finally:
            await store.close()
    if options.teams:
        from adapters.teams import doctor as teams  # noqa: PLC0415

        async for each in teams.examine(options, url="", built=None):
            yield each
