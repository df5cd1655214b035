"""The terminal chat, typed into as a person would."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from rich.console import Console

from adapters.console.app import put, talk
from adapters.console.render import draw, to_text
from adapters.files import Made
from bot.advisor import Advisor, Knowledge
from bot.chat import Button, Buttons, Choices, File, Note, Option, Reply, Table, Text
from bot.conversation import Conversation
from bot.store import Store


async def typed(knowledge: Knowledge, folder: Path, *lines: str) -> str:
    """Type lines into a chat; return all that was shown."""
    store = Store(f"sqlite:///{folder}/console.db", Conversation)
    await store.open()
    screen = Console(file=StringIO(), width=100, record=True, color_system=None)
    waiting = iter(lines)

    async def read() -> str:
        line = next(waiting, None)
        if line is None:
            raise EOFError
        return line

    try:
        await talk(Advisor(knowledge, store), "ana", "main", console=screen, folder=folder, read=read)
    finally:
        await store.close()
    return screen.export_text()


async def test_a_question_is_answered_in_a_table(knowledge: Knowledge, tmp_path: Path) -> None:
    shown = await typed(knowledge, tmp_path, "devops vs mlops")
    assert "│ DevOps" in shown
    assert "Sources:" in shown


async def test_numbers_press_buttons_through_the_whole_interview(knowledge: Knowledge, tmp_path: Path) -> None:
    shown = await typed(knowledge, tmp_path, "/roadmap", "1", "1", "1", "1 8", "2", "2", "2", "1")
    assert "Applications or APIs; People are on call" in shown
    assert "Start with DevOps." in shown


async def test_leaving_and_coming_back_goes_on_at_the_same_question(knowledge: Knowledge, tmp_path: Path) -> None:
    await typed(knowledge, tmp_path, "/roadmap", "1")
    assert "Question 2 of 7" in await typed(knowledge, tmp_path)


def test_what_is_not_a_number_on_screen_is_said_as_it_stands() -> None:
    keys = draw((Reply((Buttons((Button("Yes", "/yes"), Button("No", "/no"))),)),))[1]
    assert keys.read("2") == "/no"
    assert keys.read("3") == "3"
    assert keys.read("2 apples") == "2 apples"


def test_several_choices_are_confirmed_together() -> None:
    options = (Option("a", "A"), Option("b", "B"), Option("c", "C"))
    keys = draw((Reply((Choices("Which?", options, "/answer x", "Go"), Buttons((Button("Skip", "/skip"),)))),))[1]
    assert keys.read("1, 3") == "/answer x a c"
    assert keys.read("2") == "/answer x b"
    assert keys.read("4") == "/skip"


def test_a_file_is_put_beside_what_is_there_and_never_over_it(tmp_path: Path) -> None:
    made = Made("roadmap.ics", "text/calendar", b"new")
    (tmp_path / "roadmap.ics").write_text("mine")
    names = [put(tmp_path, made).name for _ in range(2)]
    assert ["roadmap-2.ics", "roadmap-3.ics"] == names
    assert "mine" == (tmp_path / "roadmap.ics").read_text()
    assert b"new" == (tmp_path / "roadmap-3.ics").read_bytes()


def test_a_file_is_drawn_with_where_it_was_put() -> None:
    file = File("roadmap.svg", "image/svg+xml", "<svg/>", "All of [it].")
    screen = Console(file=StringIO(), width=80, record=True, color_system=None)
    screen.print(draw((Reply((file,)),), {file: ["somewhere/roadmap.png"]})[0])
    shown = [line.strip() for line in screen.export_text().splitlines()]
    assert ["All of [it].", "→ somewhere/roadmap.png"] == shown[:2]


def test_a_reply_is_drawn_plainly() -> None:
    reply = Reply(
        (Text("**Bold** and `code`"), Table(("", "B"), (("a", "b"),)), Note("small")),
        title="Head",
    )
    expected = (
        "  Head\n  Bold and code\n\n  ╭───┬───╮\n  │   │ B │\n  ├───┼───┤\n  │ a │ b │\n  ╰───┴───╯\n\n  small\n\n"
    )
    assert to_text((reply,), 40) == expected
