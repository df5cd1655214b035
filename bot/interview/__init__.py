"""The roadmap interview: pure functions over stored answers. The open question is derived, never stored.

`open_question` says what to ask, `read` turns free text into a move, `step` makes the move.
Must never read a clock, a file or the environment, and never know how a question is drawn.
"""

from bot.interview.reading import read
from bot.interview.state import (
    Asked,
    Interview,
    Outcome,
    Stage,
    Stepped,
    chosen,
    given,
    open_question,
    progress,
    review,
    stage,
    step,
)

__all__ = [
    "Asked",
    "Interview",
    "Outcome",
    "Stage",
    "Stepped",
    "chosen",
    "given",
    "open_question",
    "progress",
    "read",
    "review",
    "stage",
    "step",
]
