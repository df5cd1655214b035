"""Hold a conversation with the real core: real matcher, real store, no clock."""

from __future__ import annotations

from datetime import UTC, datetime

from bot import interview
from bot.advisor import Advisor
from bot.chat import Block, Button, Buttons, Choices, Message, Place, Reply
from bot.conversation import Conversation
from bot.store import Store

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
HERE = Place("web", "local", "web", "thread-1")
ANSWERS = {  # of one whole interview: DevOps first, nothing close
    "role": "developer",
    "goal": "ship-faster",
    "delivery": "manual",
    "runs": "apps-apis",
    "team": "2-9",
    "hours": "4-6",
    "horizon": "12",
}


class Talk:
    """One person in one thread. Every message gets an id of its own."""

    def __init__(self, advisor: Advisor, author: str = "ana", place: Place = HERE) -> None:
        self.advisor = advisor
        self.author = author
        self.place = place
        self.said = 0

    async def say(self, text: str, *, addressed: bool = True, as_id: str = "", at: datetime = AT) -> tuple[Reply, ...]:
        """Say something and hear the replies."""
        self.said += 1
        ident = as_id or f"{self.author}-{self.said}"
        return await self.advisor.handle(Message(ident, self.place, self.author, text, addressed, at))

    async def answer_all(self, store: Store[Conversation], at: datetime = AT) -> None:
        """Answer every open question of the interview here with its first option."""
        script = self.advisor.catalog.roadmap
        while True:
            state = await store.peek(self.place)
            assert state is not None and state.interview is not None
            question = interview.open_question(script, state.interview)
            if question is None:
                return
            await self.say(f"/answer {question.id} {next(iter(question.options))}", at=at)

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
