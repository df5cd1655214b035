"""Replies and places as JSON text, and text made fit for every database.

What is stored here may be read by a later version: `Body` refuses what it doesn't know, so
nothing is sent half understood. Must never touch a database.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticSerializationError, to_jsonable_python

from bot.chat import Audience, Block, Place, Reply
from bot.store.turn import State


class Body(BaseModel):
    """A stored reply: the fields of `bot.chat.Reply`, each block told apart by its `type`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    blocks: tuple[Annotated[Block, Field(discriminator="type")], ...]
    title: str = ""
    audience: Audience = "thread"


_LONGEST_KEY = 300
_PLACE = TypeAdapter(Place)
_REPLY = TypeAdapter(Reply)


def clean(text: str) -> str:
    """Make any text storable: NUL, which PostgreSQL refuses, and lone surrogates become U+FFFD."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def fit(key: str) -> str:
    """Make any id fit for an index: PostgreSQL takes up to 2,700 bytes in a key, so a very long one is hashed."""
    if len(key) <= _LONGEST_KEY:
        return clean(key)
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()


def write_reply(reply: Reply) -> str:
    """Write a reply as JSON."""
    try:
        return _REPLY.dump_json(reply).decode()
    except PydanticSerializationError:  # someone's words with a lone surrogate are quoted in it
        return clean(json.dumps(to_jsonable_python(reply), ensure_ascii=False))


def write_state(state: State) -> str:
    """Write a state as JSON."""
    try:
        return state.model_dump_json()
    except PydanticSerializationError:
        return clean(json.dumps(to_jsonable_python(state), ensure_ascii=False))


def read_reply(body: str) -> Reply:
    """Read a stored reply; ValueError if this version doesn't know its shape."""
    stored = Body.model_validate_json(body)
    return Reply(stored.blocks, stored.title, stored.audience)


def write_place(place: Place) -> str:
    """Write a place as JSON."""
    return clean(
        json.dumps([place.platform, place.tenant, place.channel, place.thread, place.private], ensure_ascii=False)
    )


def read_place(text: str) -> Place:
    """Read a stored place; ValueError if it isn't one."""
    return _PLACE.validate_python(Place(*json.loads(text)))
