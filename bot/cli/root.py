"""The root of the command line: the group every command hangs on, and what commands open.

Must never hold a command.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import click

from bot.advisor import Knowledge
from bot.catalog import load
from bot.conversation import Conversation
from bot.errors import WhichopsError
from bot.matching.shelf import Shelf
from bot.settings import Settings, cache_folder
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


def knowledge(options: Settings) -> Knowledge:
    """Load the content and fit the matcher, or take its kept weights."""
    return Knowledge.of(load.load(options.content_dir), Shelf(cache_folder()))


@asynccontextmanager
async def opened(options: Settings, *, serving: bool = False) -> AsyncIterator[Store[Conversation]]:
    """Open the store that the settings name, and close it whatever happens."""
    store = Store(options.database_url, Conversation)
    await store.open(serving=serving)
    try:
        yield store
    finally:
        await store.close()
