"""The bot's own sentences, filled: every word of them stands in `replies.yaml`.

Pure. Must never know which answer or step they are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import markup
from bot.catalog.schema import Catalog
from bot.chat import Reply, Text


def say(catalog: Catalog, key: str, /, **values: object) -> str:
    """Fill one sentence of `replies.yaml`. Values are drawn as they stand, never as Markdown."""
    return catalog.replies[key].format(**{name: markup.escape(str(value)) for name, value in values.items()})


def names(catalog: Catalog, topics: Iterable[str]) -> str:
    """Join the topics' names as people say them: "DevOps, MLOps and AIOps"."""
    known = [catalog.topics[topic].name if topic in catalog.topics else topic for topic in topics]
    return listed(catalog, known)


def listed(catalog: Catalog, items: Sequence[str]) -> str:
    """Join items as people say them: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {catalog.replies['and']} {items[-1]}"


def line(catalog: Catalog, key: str, /, *, asker: bool = False, **values: object) -> Reply:
    """Say one sentence of `replies.yaml`."""
    return Reply((Text(say(catalog, key, **values)),), audience="asker" if asker else "thread")
