"""The commands of people and machines: `serve`, `chat`, `ask`, `roadmap`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, TextIO

import click

from bot import machine, roadmap, settings, telemetry
from bot.advisor import Advisor
from bot.catalog import load
from bot.cli.root import knowledge, main, opened
from bot.matching.matcher import Explanation
from bot.roadmap import exports
from bot.settings import Settings


@main.command()
def serve() -> None:
    """Serve the advisor with its local web chat (settings: README)."""
    from adapters import server  # noqa: PLC0415  (aiohttp costs 0.3 s; only `serve` pays)

    options = settings.load()
    telemetry.configure(options.log_level, json=not sys.stderr.isatty(), salt=options.salt)
    asyncio.run(_serve(options, server.serve))


async def _serve(options: Settings, run: Callable[..., Any]) -> None:
    async with opened(options, serving=True) as store:
        await run(Advisor(knowledge(options), store, ask_human=options.ask_human), store, options)


@main.command()
@click.option("--as", "author", default="you", show_default=True, help="Who is speaking.")
@click.option("--thread", default="main", show_default=True, help="Which conversation to go on with.")
def chat(author: str, thread: str) -> None:
    """Talk to the advisor in the terminal."""
    from adapters.console import app  # noqa: PLC0415

    options = settings.load()
    telemetry.configure("error", json=False)

    async def run() -> None:
        async with opened(options) as store:
            await app.talk(Advisor(knowledge(options), store, ask_human=options.ask_human), author, thread)

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
    known = knowledge(options)
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


@main.group(name="roadmap", invoke_without_command=True)
@click.option("--jsonl", is_flag=True, help="One JSON object a line on stdin, one a line on stdout.")
@click.pass_context
def roadmap_command(context: click.Context, jsonl: bool) -> None:
    """Make roadmaps from interview answers (--jsonl), or read one that was taken along (show)."""
    if context.invoked_subcommand is not None:
        return
    if not jsonl:
        raise click.UsageError("Give --jsonl with answers on stdin, or `show FILE`.")
    catalog = load.load(settings.load().content_dir)
    _lines(lambda request: roadmap.machine(catalog.roadmap, request))


@roadmap_command.command(name="show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def roadmap_show(file: Path) -> None:
    """Show a roadmap that was taken along as JSON."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file} can't be read: {error}") from None
    click.echo(exports.markdown(exports.read_json(text), load.load(settings.load().content_dir).replies), nl=False)


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
