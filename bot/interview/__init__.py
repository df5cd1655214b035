"""The roadmap interview: pure functions over stored answers. The open question is derived, never stored.

`open_question` says what to ask, `read` turns free text into a move, `step` makes the move.
Must never read a clock, a file or the environment, and never know how a question is drawn.
"""

from bot.interview.moving import step
from bot.interview.reading import Read, asks, read, tells
from bot.interview.state import (
    Asked,
    Interview,
    Outcome,
    Stage,
    Stepped,
    Then,
    chosen,
    given,
    open_question,
    progress,
    review,
    stage,
)
from bot.interview.walking import carried, meant, refreshed, road

__all__ = [
    "Asked",
    "Interview",
    "Outcome",
    "Read",
    "Stage",
    "Stepped",
    "Then",
    "asks",
    "carried",
    "chosen",
    "given",
    "meant",
    "open_question",
    "progress",
    "read",
    "refreshed",
    "review",
    "road",
    "stage",
    "step",
    "tells",
]
