"""The command line, and the place where everything is put together.

`serve` and `chat` are for people, `ask` and `roadmap` for machines, `content` for curators.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TextIO

import click

from adapters.finding import Finding
from bot import checks, curating, machine, roadmap, settings, telemetry
from bot.advisor import Advisor, Knowledge
from bot.catalog import lint, load, prose
from bot.catalog.schema import Catalog
from bot.catalog.tree import parse
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
        shown = "; ".join(_stage(each) for each in value) if isinstance(value, tuple) else _stage(value)
        lines.append(f"{'  ' * depth}{stage.name:>11}: {shown}")
    return "\n".join([*lines, *(_explained(part, depth + 1) for part in told.parts)])


def _stage(value: object) -> str:
    match value:
        case (str(name), float(score)):
            return f"{name} {score:.2f}"
        case (str(word), str(near)):
            return f"{word} -> {near}"
        case float(share):
            return f"{share:.2f}"
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
    today = datetime.now(UTC).date()
    folder = folder or settings.load().content_dir
    catalog = load.load(folder, today=today)
    click.echo(f"ok: {_counts(catalog)}")
    late = prose.due(load.read(folder)[0], today)
    if late:
        click.echo("\n".join([f"\n{len(late)} reviews are due:", *(f"  {each}" for each in late)]))
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


@content.command(name="add")
@click.argument("kind", type=click.Choice(curating.KINDS))
@click.argument("id_", metavar="ID")
@click.option("--name", default="", help="What people call it; the id, if you don't say.")
@click.option("--owner", default="your-team", show_default=True, help="Who keeps it true.")
@_overlay
def content_add(kind: str, id_: str, name: str, owner: str, folder: Path | None) -> None:
    """Lay out a new entry and its checks in your content folder: fill in the TODOs.

    ID is a word with hyphens, such as error-budget; for a pair two topics, such as devops--finops.
    """
    folder = folder or settings.load().content_dir
    if folder is None:
        raise click.UsageError("Name your content folder: --dir my-content, or set WHICHOPS_CONTENT_DIR.")
    if not re.fullmatch(r"[a-z0-9]+(--?[a-z0-9]+)*", id_):
        raise click.UsageError("An id has small letters, digits and single hyphens, such as error-budget.")
    made = curating.start(load.read(folder)[0], kind, id_, name=name, owner=owner, today=datetime.now(UTC).date())
    _append(folder / made.file, made)
    _write(folder / made.checks_file, made.checks)
    click.echo(f"Next: write the TODOs, then `whichops content lint --dir {folder}`.")


def _append(path: Path, made: curating.Start) -> None:
    """Write an entry into its file: a file of its own, or at the end of the mapping it belongs to."""
    if not made.below or not path.exists():
        _write(path, made.head + made.text.lstrip("\n"))
        return
    last = list(parse(path.read_bytes(), str(path))[0].items)[-1:]
    if last != [made.below]:
        raise click.ClickException(f"{path}: `{made.below}:` isn't the last key, so put this below it:\n{made.text}")
    with path.open("a", encoding="utf-8") as opened:
        opened.write(made.text)
    click.echo(f"added to {path}")


def _write(path: Path, text: str) -> None:
    if path.exists():
        raise click.ClickException(f"{path} is there already; nothing was overwritten.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"wrote {path}")


@content.command(name="coverage")
@_overlay
def content_coverage(folder: Path | None) -> None:
    """Show what is missing: cells, pairs, phrasings, checks."""
    for line in curating.coverage(load.load(folder or settings.load().content_dir)):
        click.echo(line)


@content.command(name="sources")
@_overlay
def content_sources(folder: Path | None) -> None:
    """List every answer with the sources it rests on; exit code 1 when one has none."""
    catalog = load.load(folder or settings.load().content_dir)
    found = curating.sources(catalog)
    for answer, slugs in found.items():
        click.echo(f"{answer:42} {', '.join(slugs)}")
    sourced = sum(bool(slugs) for slugs in found.values())
    used = {slug for slugs in found.values() for slug in slugs}
    click.echo(
        f"\n{sourced} of {len(found)} answers have a source; {len(used)} of {len(catalog.sources)} sources are used"
    )
    if sourced < len(found):
        raise click.exceptions.Exit(1)


@content.command(name="schema")
@click.argument("file", type=click.Choice(tuple(curating.FILES)))
def content_schema(file: str) -> None:
    """Print the JSON Schema of one kind of content file, for your editor."""
    click.echo(json.dumps(curating.schema(file), indent=2))


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
