"""The commands of curators: `content`."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import click

from bot import checks, curating, settings
from bot.advisor import Knowledge
from bot.catalog import lint, load, prose
from bot.catalog.schema import Catalog
from bot.catalog.tree import parse
from bot.cli.root import main, opened
from bot.matching.collide import collisions
from bot.matching.shelf import Shelf


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
@click.option(
    "--changed", is_flag=True, help="Only the checks in files changed since the last commit, if only those did."
)
@click.option("--collisions", "colliding", is_flag=True, help="Also list phrasings that stand under two labels.")
@click.option("--mark", is_flag=True, help="Write down in content/checks what is missed now, and what no longer is.")
@_overlay
def content_test(folder: Path | None, *, changed: bool, colliding: bool, mark: bool) -> None:
    """Put the questions of content/checks to the matcher; list misses and what is confused.

    Exit code 1 when a check is missed that isn't marked `missed: true`, or one so marked holds.
    """
    folder = folder or settings.load().content_dir
    catalog = load.load(folder)
    areas = _changed(folder) if changed else None
    if areas is not None and not areas:
        click.echo("no check has changed")
        return
    matcher = Knowledge.of(catalog, Shelf(settings.cache_folder())).matcher
    report = checks.run(catalog, matcher, areas)
    click.echo(str(report))
    for wanted, got, count in report.confusions():
        click.echo(f"  {count:3} times {got} instead of {wanted}")
    if colliding:
        for each in collisions(catalog):
            click.echo(f"  {each}")
    if mark:
        _mark((folder or load.built_in()) / "checks", report)
    elif not report.ok:
        raise click.exceptions.Exit(1)


def _mark(folder: Path, report: checks.Report) -> None:
    """Mark the checks that are missed, each in its line; take the mark from those that hold."""
    shown = [miss.check.ask for miss in report.misses if miss.area not in report.hidden]
    held = [miss.check.ask for miss in report.mended]
    for path in sorted(folder.glob("*.yaml")):
        lines = path.read_text(encoding="utf-8").split("\n")
        asks = [checks.asked(line) for line in lines]
        marked = [
            line.rstrip().removesuffix("}") + ", missed: true}"
            if ask in shown
            else line.replace(", missed: true}", "}")
            if ask in held
            else line
            for line, ask in zip(lines, asks, strict=True)
        ]
        if marked != lines:
            path.write_text("\n".join(marked), encoding="utf-8")
            click.echo(f"marked {path}")


def _changed(folder: Path | None) -> frozenset[str] | None:
    """List the areas whose checks changed since the last commit; None when anything may be touched by a change."""
    content = folder or load.built_in()
    command = ["git", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "."]
    try:
        told = subprocess.run(command, cwd=content, capture_output=True, text=True, check=True).stdout  # noqa: S603 - fixed
    except (OSError, subprocess.CalledProcessError):
        return None
    paths = [Path(line[3:]) for line in told.split("\0") if line.endswith((".yaml", ".yml"))]
    if any("checks" not in path.parts for path in paths):
        return None
    return frozenset(path.stem for path in paths)


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
        async with opened(settings.load()) as store:
            for row in await store.unanswered(since.replace(tzinfo=UTC), limit):
                click.echo(f"{row.count:5}  {row.reason:16}  {row.text}")
            for opinion in await store.feedback(since.replace(tzinfo=UTC)):
                reasons = ", ".join(opinion.reasons) or "no reason given"
                told = f"{opinion.down:5}  not helpful: {opinion.answer}"
                click.echo(f"{told} ({opinion.up} found it helpful; {reasons})")

    asyncio.run(run())
