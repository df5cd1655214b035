"""The shape of `content/roadmap/reading.yaml`: how free text is read in mid-interview and on a finished roadmap.

Must never hold a sentence.
"""

from __future__ import annotations

from decimal import Decimal

from bot.catalog.page import Model, Page, Words


class Moves(Model):
    """How people say what a button does. `{question}`, `{module}` and `{day}` stand for names."""

    back: Words
    skip: Words
    why: Words
    pause: Words
    resume: Words
    restart: Words
    stop: Words
    finish: Words
    agree: Words  # means "make the plan", in the review only
    change: Words
    relearn: Words
    start: Words
    # On a finished roadmap:
    status: Words
    accept: Words
    keep: Words  # the plan as it was; or no, the proof isn't there yet
    replan: Words
    whatif: Words
    everything: Words
    done: Words
    stuck: Words
    aside: Words  # a module is left out
    undo: Words
    off: Words
    weekdays: Words
    whymodule: Words


class ReadingPage(Page):
    """What free text may hold around an answer, and what shows that it is none."""

    moves: Moves
    polite: Words  # may stand before or after a move
    light: Words  # passed over when phrases are compared: "the data is always late"
    fillers: Words  # say nothing by themselves
    own: Words  # who says so speaks of themselves, and asks nothing
    question_starts: Words  # a text that starts so asks something
    question_words: Words  # a text with one of these asks for an explanation
    negations: Words
    numbers: dict[str, Decimal]
    ordinals: dict[str, int]
    more_than: Words
    less_than: Words
    number_joins: Words  # between the two ends of a range
    option_names: Words  # "option 2"
    everything: Words
