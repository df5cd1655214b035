"""Hold a conversation with the real core: real matcher, real store, no clock."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.advisor import Advisor
from bot.chat import Block, Button, Buttons, Choices, Message, Place, Reply

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("web", "local", "web", "thread-1")


class Talk:
    """One person in one thread. Every message gets an id of its own."""

    def __init__(self, advisor: Advisor, author: str = "ana", place: Place = HERE) -> None:
        self.advisor = advisor
        self.author = author
        self.place = place
        self.said = 0

    async def say(self, text: str, *, addressed: bool = True, as_id: str = "") -> tuple[Reply, ...]:
        """Say something and hear the replies."""
        self.said += 1
        ident = as_id or f"{self.author}-{self.said}"
        return await self.advisor.handle(Message(ident, self.place, self.author, text, addressed, AT))

    async def hear(self, text: str) -> str:
        """Say something and hear it as plain text."""
        return "\n\n".join(reply.plain for reply in await self.say(text))


def blocks(replies: tuple[Reply, ...]) -> list[Block]:
    """List all blocks."""
    return [block for reply in replies for block in reply.blocks]


def buttons(replies: tuple[Reply, ...]) -> list[Button]:
    """List everything that can be pressed."""
    return [button for block in blocks(replies) if isinstance(block, Buttons) for button in block.items]


def choices(replies: tuple[Reply, ...]) -> Choices | None:
    """Find the several-choice question, if one is asked."""
    return next((block for block in blocks(replies) if isinstance(block, Choices)), None)
