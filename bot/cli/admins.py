"""The commands of admins: `doctor`, `shadow`, `teams`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import IO

import click

from adapters.finding import Finding
from bot import settings, telemetry
from bot.catalog import load
from bot.cli import examining
from bot.cli.root import main, opened
from bot.conversation import Conversation
from bot.store import Store


@main.group()
def shadow() -> None:
    """See what would have been said in channels that are only listened to."""


@shadow.command(name="report")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), default="2000-01-01", help="First day to look at.")
@click.option("--limit", default=50, show_default=True, help="How many to list.")
def shadow_report(since: datetime, limit: int) -> None:
    """List the questions it would have answered, newest first (redacted), with the answers."""

    async def run() -> None:
        async with opened(settings.load()) as store:
            for each in await store.unsaid(since.replace(tzinfo=UTC), limit):
                click.echo(f"{each.at:%Y-%m-%d %H:%M}  {each.channel:12}  {each.answer:28}  {each.text}")

    asyncio.run(run())


@main.group(invoke_without_command=True)
@click.pass_context
def doctor(context: click.Context) -> None:
    """Look at the whole set-up, or at one platform's: what works, what doesn't, how to mend it.

    Exit code 1 when something must be mended. Changes nothing, posts nothing.
    """
    if context.invoked_subcommand is None:
        telemetry.configure("critical", json=False)  # what goes wrong is told as a finding
        asyncio.run(_show(examining.examine(settings.load())))


@doctor.command(name="slack")
@click.option("--url", default="", help="Our public address, to see it as Slack does: https://whichops.example.com.")
@click.option("--post", "channel", default="", help="A channel's id to post one line to; without it nothing is posted.")
def doctor_slack(url: str, channel: str) -> None:
    """Examine the Slack set-up of this environment; exit code 1 when something must be mended."""
    from adapters.slack import doctor as slack  # noqa: PLC0415  (as in `serve`)

    async def run() -> None:
        options = settings.load()
        words = load.load(options.content_dir).replies["doctor-post"] if channel else ""
        store = Store(options.database_url, Conversation)
        if options.slack_client_id:  # what there is to see of several workspaces is in the database
            await store.open()
        try:
            await _show(slack.examine(options, store, url=url, channel=channel, words=words))
        finally:
            await store.close()

    asyncio.run(run())


@doctor.command(name="teams")
@click.option("--url", default="", help="Our public address, to see it as Teams does: https://whichops.example.com.")
@click.option("--package", "file", type=click.File("rb"), help="An app package that was built, to check it too.")
def doctor_teams(url: str, file: IO[bytes] | None) -> None:
    """Examine the Teams set-up of this environment; exit code 1 when something must be mended. Posts nothing."""
    from adapters.teams import doctor as teams  # noqa: PLC0415  (as in `serve`)

    options = settings.load()
    telemetry.configure("critical", json=False)  # what goes wrong is told as a finding
    asyncio.run(_show(teams.examine(options, url=url, built=file.read() if file else None)))


async def _show(found: AsyncIterator[Finding]) -> None:
    """Show what a doctor finds, as it is found; exit with 1 when something must be mended."""
    sound = True
    async for each in found:
        sound = sound and each.level != "bad"
        click.echo(f"{each.level:4}  {each.what:14}  {each.said}")
        if each.mend:
            click.echo(f"{'':22}mend: {each.mend}")
    if not sound:
        raise click.exceptions.Exit(1)


@main.group()
def teams() -> None:
    """Make what Microsoft Teams needs."""


@teams.command(name="package")
@click.option("--app-id", required=True, envvar="TEAMS_APP_ID", help="The bot's app id; else TEAMS_APP_ID.")
@click.option("--out", type=click.File("wb", lazy=True), default="whichops-teams.zip", show_default=True)
@click.option("--host", default="", help="Your public host, for the pages the app's details link to: ops.example.com.")
@click.option("--hear-all", is_flag=True, help="Ask to hear messages that don't mention the bot.")
@click.option("--app-version", default="1.0.0", show_default=True, help="Raise it to update an app that is installed.")
def teams_package(app_id: str, out: IO[bytes], host: str, hear_all: bool, app_version: str) -> None:
    """Build the app package that Teams installs, and check it by Teams' own rules."""
    from adapters.teams import package  # noqa: PLC0415  (as in `serve`)

    held = package.build(package.Order(app_id, host, hear_all, app_version))
    out.write(held)
    click.echo(f"wrote {out.name}\nNext: in Teams, Apps > Manage your apps > Upload an app.")
    if not host:
        click.echo("Its details link to whichops.example.com: name your own host with --host before others see it.")
