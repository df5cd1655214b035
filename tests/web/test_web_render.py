"""Drawing: nothing anyone wrote becomes markup, and every block is what a screen reader expects."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from adapters.web import app, render
from bot import commands
from bot.chat import Bullets, Button, Buttons, Choices, File, Link, Links, Note, Option, Reply, Table, Text
from bot.markup import escape
from tests.web.fake import CALENDAR, PICTURE

PRESS = render.Press("/t/some-thread/say", "00000000-0000-4000-8000-000000000000")
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    '" autofocus onfocus="alert(1)',
    "' onmouseover='alert(1)",
    "` onmouseover=alert(1) `",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](https://evil.example)",
    "![x](https://evil.example/a.png)",
    "https://evil.example",
    "<https://evil.example>",
    "**bold** *italic* `code`",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&amp;&quot;&apos;",
    "{{ 7 * 7 }}",
    "{% import os %}",
    "${7*7}",
    "<!--",
    "--><script>",
    "]]>",
    "<![CDATA[ x ]]>",
    "</article></div></form>",
    "</textarea></template></style>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "\u202egnp.exe\u202c \u200b\u2066",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "<!channel> <@U1> @everyone",
    "\x07\x1b[31mred",
)


class Parsed(HTMLParser):
    """The tags with their attributes' names, the words, and the addresses of a piece of markup."""

    def __init__(self, drawn: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.words: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.feed(drawn)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))
        for name, value in attrs:
            self.values.setdefault(f"{tag}.{name}", []).append(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("!--",))

    def handle_decl(self, decl: str) -> None:
        self.tags.append(("!",))


def everywhere(said: str) -> Reply:
    """Say one thing in every field a reply has."""
    marked = escape(said)
    return Reply(
        (
            Text(marked),
            Bullets((marked, f"**{marked}**")),
            Table((said, said), ((marked, marked),), said),
            Links((Link(said, "https://example.org/?q=" + said),)),
            Buttons((Button(said, said), Button(said, said, "primary")), said),
            Choices(said, (Option(said, said), Option(said, said, chosen=True)), said, said),
            Note(marked),
        ),
        said,
        "asker",
    )


@pytest.mark.parametrize("said", HOSTILE)
def test_what_someone_wrote_never_becomes_markup(said: str) -> None:
    tame = Parsed(render.article(everywhere("tame"), PRESS))
    drawn = Parsed(render.article(everywhere(said), PRESS))
    assert [tags for tags in tame.tags if tags[0] != "strong"] == [tags for tags in drawn.tags if tags[0] != "strong"]
    assert said in "".join(drawn.words)
    assert [said, said, said] == drawn.values["button.value"]
    assert [said, said] == [value for value in drawn.values["input.value"] if value != PRESS.id]


def test_a_link_opens_elsewhere_and_tells_the_other_page_nothing() -> None:
    drawn = Parsed(render.inline("see [the guide](https://example.org/a?b=1&c=2)"))
    assert [("a", "href", "target", "rel")] == drawn.tags
    assert ["https://example.org/a?b=1&c=2"] == drawn.values["a.href"]
    assert ["noopener noreferrer"] == drawn.values["a.rel"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://example.org", "data:text/html,x", "//example.org", " https:"]
)
def test_only_https_can_be_clicked(url: str) -> None:
    drawn = Parsed(render.article(Reply((Links((Link("guide", url),)),)), PRESS))
    assert "a" not in [tag for tag, *_ in drawn.tags]
    assert url in "".join(drawn.words)


def test_a_table_names_its_rows_and_columns() -> None:
    table = Table(("", "DevOps"), (("Tools", "Git"), ("Roles", "everyone")), "Side by side")
    drawn = Parsed(render.article(Reply((table,)), PRESS))
    assert ["col", "row", "row"] == drawn.values["th.scope"]
    assert ["Side by side"] == drawn.values["div.aria-label"]
    assert "caption" in [tag for tag, *_ in drawn.tags]


def test_choices_are_named_boxes_in_a_named_group() -> None:
    choices = Choices(
        "What do you run?", (Option("a", "Apps"), Option("b", "Models", chosen=True)), "/answer runs", "Done"
    )
    drawn = Parsed(render.article(Reply((choices,)), PRESS))
    tags = [tag for tag, *_ in drawn.tags]
    assert tags.index("fieldset") < tags.index("legend") < tags.index("label")
    assert [""] == drawn.values["input.checked"]
    assert ["a", "b"] == drawn.values["input.value"][1:]


def test_one_line_breaks_where_it_was_broken() -> None:
    assert "one<br>two" == str(render.inline("one\ntwo"))


def test_a_date_is_not_broken_at_its_hyphens() -> None:
    drawn = str(render.inline("2026-01-05 or 1-2, step-by-step"))
    assert '<span class="whole">2026-01-05</span> or <span class="whole">1-2</span>, step-by-step' == drawn


def test_looks_nest() -> None:
    drawn = str(render.inline("**a *b*** `c < d`"))
    assert "<strong>a </strong><strong><em>b</em></strong> <code>c &lt; d</code>" == drawn


def ask(*says: str) -> Reply:
    return Reply((Text("different words"), Buttons(tuple(Button(each, each) for each in says))))


def test_the_same_question_is_known_again_in_other_words() -> None:
    first = Reply((Text("Noted."), *ask("/answer goal cost", "/answer goal career").blocks), "Question 2")
    again = Reply((Text("Welcome back."), *ask("/answer goal cost", "/answer goal career", "/restart").blocks))
    assert "question:goal" == render.asks(first) == render.asks(again)


def test_different_questions_differ() -> None:
    asked = [
        render.asks(reply) for reply in (ask("/answer goal a"), ask("/answer role a"), ask("/plan"), ask("hi", "ho"))
    ]
    assert len(set(asked)) == 4
    assert "" == render.asks(Reply((Text("nothing to press"),)))


def test_only_what_belongs_to_the_open_question_is_closed_later() -> None:
    drawn = str(render.article(ask("/answer goal cost", "/show why", "/feedback x up", "/roadmap", "/back"), PRESS))
    closing = re.findall(r'value="([^"]+)"[^>]* data-move', drawn)
    assert ["/answer goal cost", "/back"] == closing


def test_every_command_the_page_offers_is_one() -> None:
    page = app.PAGE.render(thread="x", press=PRESS, spots=(), said="", replies="", trouble="", version="1")
    offered = Parsed(page).values["li.data-says"]
    assert len(offered) >= 10
    assert [] == [each for each in offered if isinstance(commands.parse(each), commands.Bad | None)]


def test_the_page_has_words_for_every_trouble() -> None:
    for code in ("busy", "too-many", "unreadable"):
        page = app.PAGE.render(thread="x", press=PRESS, spots=(), said="", replies="", trouble=code, version="1")
        assert 'class="trouble"' in page


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


PALETTES = [
    dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part))
    for part in app.STATIC["chat.css"].decode().split(":root {")[1:]
]
READ = [
    "ink ground",
    "ink paper",
    "soft paper",
    "soft ground",
    "soft sunk",
    "accent paper",
    "accent ground",
    "accent sunk",
]
READ += ["accent-ink accent", "accent-ink accent-strong", "tint-ink tint", "warn warn-ground", "ink sunk"]


@pytest.mark.parametrize("palette", PALETTES, ids=["light", "dark"])
@pytest.mark.parametrize("pair", [*READ, "edge paper", "edge ground", "focus paper", "focus ground"])
def test_colours_can_be_told_apart(palette: dict[str, str], pair: str) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for words, 3 to 1 for the borders of controls and for focus."""
    lights = sorted(_light(palette[name]) for name in pair.split())
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= (4.5 if pair in READ else 3)


def test_what_a_file_says_is_escaped() -> None:
    odd = File('a"b.ics', "text/calendar", "", '"><script>x</script>')
    drawn = render.fragment([Reply((odd, File("p.svg", "image/svg+xml", "", odd.alt)))], render.Press("/a", "1", "/f"))
    assert "<script" not in drawn and 'a"b' not in drawn


def test_without_an_address_only_the_words_are_drawn() -> None:
    drawn = render.fragment([Reply((PICTURE, CALENDAR))], render.Press("/a", "1"))
    assert re.findall(r"<p>(.*?)</p>", drawn) == [PICTURE.alt, CALENDAR.alt]
    assert "<img" not in drawn and "<a " not in drawn
