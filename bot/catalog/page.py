"""What every roadmap file shares: ids, labels, sentences, and who keeps the file true.

Must never hold a sentence.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=75)]  # plain text: it stands on buttons
Said = Annotated[str, StringConstraints(min_length=1, max_length=320)]  # our Markdown
Words = tuple[Annotated[str, StringConstraints(min_length=1, max_length=100)], ...]


def _named(value: Any) -> Any:
    """Tell every entry of a mapping the key it stands under."""
    if not isinstance(value, dict):
        return value
    return {key: {"id": key, **each} if isinstance(each, dict) else each for key, each in value.items()}


Named = BeforeValidator(_named)


class Model(BaseModel):
    """Anything in these files: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Page(Model):
    """A file with the person who keeps it true."""

    owner: str
    reviewed: date
