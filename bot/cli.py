"""The command line, and the place where everything is put together.

`serve` and `chat` are for people, `ask` and `roadmap` for machines, `content` for curators.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click

from bot import checks, machine, roadmap, settings, telemetry
from bot.advisor import Advisor, Knowledge
from bot.catalog import lint, load
from bot.catalog.schema import Catalog
from bot.conversation import Conversation
from bot.errors import WhichopsError
from bot.matching.matcher import Explanation
from bot.matching.shelf import Shelf
from bot.settings import Settings
from bot.store import Store


class _Cli(click.Group):
    """Shows our own errors as one clear text, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except WhichopsError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Cli, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="whichops")
def main() -> None:
    """Whichops answers "DevOps vs MLOps?" and makes personal roadmaps, in chat."""


def _knowledge(options: Settings) -> Knowledge:
    return Knowledge.of(load.load(options.content_dir), Shelf(settings.cache_folder()))


# For people -------------------------------------------------------------------------------
@main.command()
def serve() -> None:
    """Serve the advisor with its local web chat (settings: README)."""
    from adapters import server  # noqa: PLC0415  (aiohttp costs 0.3 s; only `serve` pays)

    options = settings.load()
    telemetry.configure(options.log_level, json=not sys.stderr.isatty())
    asyncio.run(_serve(options, server.serve))


async def _serve(options: Settings, run: Callable[..., Any]) -> None:
    async with _opened(options, serving=True) as store:
        await run(Advisor(_knowledge(options), store, ask_human=options.ask_human), store, options)


@asynccontextmanager
async def _opened(options: Settings, *, serving: bool = False) -> AsyncIterator[Store[Conversation]]:
    """Open the store that the settings name, and close it whatever happens."""
    store = Store(options.database_url, Conversation)
    await store.open(serving=serving)
    try:
        yield store
    finally:
        await store.close()


@main.command()
@click.option("--as", "author", default="you", show_default=True, help="Who is speaking.")
@click.option("--thread", default="main", show_default=True, help="Which conversation to go on with.")
def chat(author: str, thread: str) -> None:
    """Talk to the advisor in the terminal."""
    from adapters.console import app  # noqa: PLC0415

    options = settings.load()
    telemetry.configure("error", json=False)

    async def run() -> None:
        async with _opened(options) as store:
            await app.talk(Advisor(_knowledge(options), store, ask_human=options.ask_human), author, thread)

    asyncio.run(run())


# For machines -----------------------------------------------------------------------------
@main.command()
@click.argument("text", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as a JSON object.")
@click.option("--jsonl", is_flag=True, help="Read one JSON object a line on stdin, write one a line on stdout.")
@click.option("--explain", is_flag=True, help="Show how the question was understood.")
def ask(text: str | None, as_json: bool, jsonl: bool, explain: bool) -> None:
    """Ask one question, or many (--jsonl)."""
    options = settings.load()
    known = _knowledge(options)
    if jsonl:
        _lines(lambda request: machine.ask(known.catalog, known.matcher, request, ask_human=options.ask_human))
        return
    if not text:
        raise click.UsageError("Give a question, or --jsonl with questions on stdin.")
    if explain:
        click.echo(_explained(known.matcher.explain(text)))
        return
    answer = machine.ask(known.catalog, known.matcher, {"text": text}, ask_human=options.ask_human)
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2) if as_json else answer["text"])


def _explained(told: Explanation, depth: int = 0) -> str:
    """Write every stage of a match on a line of its own."""
    lines = []
    for stage in fields(told):
        value = getattr(told, stage.name)
        if stage.name == "parts" or not value:
            continue
        shown = value if isinstance(value, str) else "; ".join(_stage(each) for each in value)
        lines.append(f"{'  ' * depth}{stage.name:>9}: {shown}")
    return "\n".join([*lines, *(_explained(part, depth + 1) for part in told.parts)])


def _stage(value: object) -> str:
    match value:
        case (str(name), float(score)):
            return f"{name} {score:.2f}"
        case (str(word), str(near)):
            return f"{word} -> {near}"
    return str(value)


@main.command(name="roadmap")
@click.option("--jsonl", is_flag=True, required=True, help="One JSON object a line on stdin, one a line on stdout.")
def roadmap_command(jsonl: bool) -> None:
    """Make roadmaps from interview answers."""
    catalog = load.load(settings.load().content_dir)
    _lines(lambda request: roadmap.machine(catalog.roadmap, request))


def _lines(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    for line in _read(sys.stdin):
        try:
            request = json.loads(line)
        except (ValueError, RecursionError) as error:
            told: dict[str, Any] = {"id": None, "error": f"not JSON: {error}"}
        else:
            fits = isinstance(request, dict)
            told = answer(request) if fits else {"id": None, "error": "a line must be a JSON object"}
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _read(stream: TextIO) -> Iterator[str]:
    return (line for line in stream if line.strip())


# For curators -----------------------------------------------------------------------------
@main.group()
def content() -> None:
    """Check the content and see what people asked in vain."""


_overlay = click.option(
    "--dir", "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Your content folder."
)


@content.command(name="lint")
@_overlay
def content_lint(folder: Path | None) -> None:
    """Check every content file; list all problems with file, line and fix."""
    catalog = load.load(folder or settings.load().content_dir, today=datetime.now(UTC).date())
    click.echo(f"ok: {_counts(catalog)}")
    missing = lint.missing_fields(catalog)
    if missing:
        click.echo(f"\n{len(missing)} onboarding fields your team has not filled in (onboarding/team.yaml):")
        for each in missing:
            click.echo(f"  {each}")


def _counts(catalog: Catalog) -> str:
    covered = sum(topic.define is not None for topic in catalog.topics.values())
    return (
        f"{covered} of {len(catalog.topics)} topics covered, {len(catalog.pairs)} pairs, "
        f"{len(catalog.glossary.terms)} terms, {len(catalog.onboarding.answers.answers)} onboarding answers, "
        f"{len(catalog.sources)} sources"
    )


@content.command(name="test")
@_overlay
def content_test(folder: Path | None) -> None:
    """Put the questions of content/checks to the matcher; list misses."""
    catalog = load.load(folder or settings.load().content_dir)
    report = checks.run(catalog, Knowledge.of(catalog, Shelf(settings.cache_folder())).matcher)
    click.echo(str(report))
    if report.misses:
        raise click.exceptions.Exit(1)


@content.command(name="unanswered")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), default="2000-01-01", help="First day to look at.")
@click.option("--limit", default=50, show_default=True, help="How many to list.")
def content_unanswered(since: datetime, limit: int) -> None:
    """List what people asked in vain, most asked first (redacted)."""

    async def run() -> None:
        async with _opened(settings.load()) as store:
            for row in await store.unanswered(since.replace(tzinfo=UTC), limit):
                click.echo(f"{row.count:5}  {row.reason:16}  {row.text}")
            for opinion in await store.feedback(since.replace(tzinfo=UTC)):
                reasons = ", ".join(opinion.reasons) or "no reason given"
                told = f"{opinion.down:5}  not helpful: {opinion.answer}"
                click.echo(f"{told} ({opinion.up} found it helpful; {reasons})")

    asyncio.run(run())


# For admins -------------------------------------------------------------------------------
@main.group()
def shadow() -> None:
    """See what would have been said in channels that are only listened to."""


@shadow.command(name="report")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), default="2000-01-01", help="First day to look at.")
@click.option("--limit", default=50, show_default=True, help="How many to list.")
def shadow_report(since: datetime, limit: int) -> None:
    """List the questions it would have answered, newest first (redacted), with the answers."""

    async def run() -> None:
        async with _opened(settings.load()) as store:
            for each in await store.unsaid(since.replace(tzinfo=UTC), limit):
                click.echo(f"{each.at:%Y-%m-%d %H:%M}  {each.channel:12}  {each.answer:28}  {each.text}")

    asyncio.run(run())


@main.group()
def doctor() -> None:
    """Look at a set-up: what works, what doesn't, how to mend it."""


@doctor.command(name="slack")
@click.option("--url", default="", help="Our public address, to see it as Slack does: https://whichops.example.com.")
@click.option("--post", "channel", default="", help="A channel's id to post one line to; without it nothing is posted.")
def doctor_slack(url: str, channel: str) -> None:
    """Examine the Slack set-up of this environment; exit code 1 when something must be mended."""
    from adapters.slack import doctor as slack  # noqa: PLC0415  (as in `serve`)

    async def run() -> bool:
        options = settings.load()
        words = load.load(options.content_dir).replies["doctor-post"] if channel else ""
        store = Store(options.database_url, Conversation)
        if options.slack_client_id:  # what there is to see of several workspaces is in the database
            await store.open()
        sound = True
        try:
            async for found in slack.examine(options, store, url=url, channel=channel, words=words):
                sound = sound and found.level != "bad"
                click.echo(f"{found.level:4}  {found.what:14}  {found.said}")
                if found.mend:
                    click.echo(f"{'':22}mend: {found.mend}")
        finally:
            await store.close()
        return sound

    if not asyncio.run(run()):
        raise click.exceptions.Exit(1)
