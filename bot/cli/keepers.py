"""The commands of whoever keeps the data: `db`, `outbox`, `privacy`."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import settings
from bot.cli.root import main, opened
from bot.store import backing


# The database -----------------------------------------------------------------------------
@main.group()
def db() -> None:
    """Look after the database that WHICHOPS_DATABASE_URL names."""


@db.command(name="upgrade")
def db_upgrade() -> None:
    """Bring the tables up to date; `serve` does the same at its start. Safe while other replicas run."""

    async def run() -> None:
        async with opened(settings.load()):
            pass

    asyncio.run(run())
    click.echo(f"ok: revision {backing.check(settings.load().database_url).revision}")


@db.command(name="check")
def db_check() -> None:
    """Look whether the database is sound, and count its rows; exit code 1 when it isn't."""
    found = backing.check(settings.load().database_url)
    for table, rows in sorted(found.rows.items()):
        click.echo(f"{rows:9}  {table}")
    for problem in found.problems:
        click.echo(f"bad: {problem}")
    if found.problems:
        raise click.exceptions.Exit(1)
    click.echo(f"ok: revision {found.revision}")


@db.command(name="backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def db_backup(file: Path) -> None:
    """Write everything into FILE, as lines of JSON: one moment, while servers go on serving."""
    beside = file.with_name(f"{file.name}.part")
    count = 0
    try:
        os.close(
            os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        )  # what people said is for this user only
        with beside.open("w", encoding="utf-8") as out:
            for line in backing.backup(settings.load().database_url):
                out.write(line + "\n")
                count += 1
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)  # never half a backup under its name
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}") from None
    finally:
        beside.unlink(missing_ok=True)
    click.echo(f"wrote {file}: {count - 2} rows")


@db.command(name="restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lose what is in the database.")
def db_restore(file: Path, replace: bool) -> None:
    """Put a backup into an empty database, SQLite or PostgreSQL whichever wrote it. Stop the servers first."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        rows = backing.restore(settings.load().database_url, lines, replace=replace)
    click.echo(f"restored {rows} rows")


# The outbox -------------------------------------------------------------------------------
@main.group()
def outbox() -> None:
    """See to replies that nobody could deliver."""


@outbox.command(name="parked")
def outbox_parked() -> None:
    """List them, the oldest first: id, since when, tries, tenant, and why."""

    async def run() -> None:
        async with opened(settings.load()) as store:
            for each in await store.undelivered():
                click.echo(f"{each.id:8}  {each.since:%Y-%m-%d %H:%M}  {each.tries} tries  {each.tenant}  {each.why}")

    asyncio.run(run())


_which = click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
_every = click.option("--all", "every", is_flag=True, help="All of them.")


@outbox.command(name="retry")
@_which
@_every
def outbox_retry(ids: tuple[int, ...], every: bool) -> None:
    """Have them tried again, from the first try on: mend first what stood in the way."""
    click.echo(f"{_parked(ids, every, keep=True)} will be tried again")


@outbox.command(name="drop")
@_which
@_every
def outbox_drop(ids: tuple[int, ...], every: bool) -> None:
    """Delete them."""
    click.echo(f"{_parked(ids, every, keep=False)} dropped")


def _parked(ids: tuple[int, ...], every: bool, *, keep: bool) -> int:
    if bool(ids) == every:
        raise click.UsageError("Name the ids that `whichops outbox parked` lists, or say --all.")

    async def run() -> int:
        async with opened(settings.load()) as store:
            named = [each.id for each in await store.undelivered()] if every else list(ids)
            return await (store.unpark(named, datetime.now(UTC)) if keep else store.drop(named))

    return asyncio.run(run())


# People -----------------------------------------------------------------------------------
@main.group()
def privacy() -> None:
    """Show or delete what is kept of one person, as they can by `my data` and `forget me`."""


_tenant = click.argument("tenant")
_person = click.argument("person")


@privacy.command(name="data")
@_tenant
@_person
def privacy_data(tenant: str, person: str) -> None:
    """Print what is kept of PERSON, as JSON. TENANT is slack/T0123 or teams/TENANT-ID, PERSON the platform's id."""

    async def run() -> None:
        async with opened(settings.load()) as store:
            click.echo(json.dumps(await store.about(tenant, person), ensure_ascii=False, indent=1))

    asyncio.run(run())


@privacy.command(name="forget")
@_tenant
@_person
def privacy_forget(tenant: str, person: str) -> None:
    """Delete every trace of PERSON in TENANT, and wipe it from the files."""

    async def run() -> None:
        async with opened(settings.load()) as store:
            click.echo(f"{await store.forget(tenant, person)} rows deleted")

    asyncio.run(run())


@privacy.command(name="forget-tenant")
@_tenant
@click.confirmation_option(prompt="Delete everything of this tenant, its installation included?")
def privacy_forget_tenant(tenant: str) -> None:
    """Delete everything of a TENANT, as when it uninstalls the app."""

    async def run() -> None:
        async with opened(settings.load()) as store:
            click.echo(f"{await store.forget_tenant(tenant)} rows deleted")

    asyncio.run(run())
