"""A stand-in advisor that says every kind of block and keeps one small interview a thread.

For what the page and the server do on their own. Run it to look at the page: `python -m tests.web.fake 3979`.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from datetime import datetime

from adapters import server
from adapters.web.app import Spot
from bot.chat import (
    Bullets,
    Button,
    Buttons,
    Choices,
    File,
    Link,
    Links,
    Message,
    Note,
    Option,
    Place,
    Reply,
    Table,
    Text,
)
from bot.errors import StoreError
from bot.markup import escape

SPOTS = (Spot("Slack", ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")), Spot("Microsoft Teams", ("TEAMS_APP_ID",)))

TOOLS = (Button("DevOps tools", "/show facet:tools devops"), Button("Why MLOps", "/show facet:why mlops"))
WELCOME = Reply(
    (
        Text(
            "Hello. I answer questions about DevOps, MLOps, AIOps and their neighbours, with sources, "
            "and I can work out with you which one to start with."
        ),
        Text("Ask in your own words, or start with one of these."),
        Buttons(
            (
                Button("DevOps vs MLOps", "/show compare devops mlops"),
                Button("First steps with AIOps", "/show facet:start aiops"),
                Button("Which one do we need?", "/show choose"),
            ),
            "Try one of these:",
        ),
        Buttons((Button("Start my roadmap", "/roadmap", "primary"),)),
    )
)
COMPARE = Reply(
    (
        Text(
            "DevOps is about getting changes to software out **safely and often**; MLOps adds the two things that "
            "also change behind a model: *data* and the model itself. Without a live model, start with DevOps."
        ),
        Table(
            (
                "",
                "DevOps",
                "MLOps",
            ),
            (
                (
                    "What is operated",
                    "An application: code, configuration, infrastructure",
                    "A model and everything that produces it: code, data, features, training",
                ),
                (
                    "What a release is",
                    "A build that passed its tests",
                    "A trained model that beat the last one on held-out data",
                ),
                (
                    "What goes wrong quietly",
                    "Configuration drift",
                    "Data drift: the service is up and its answers get worse",
                ),
                (
                    "Measured by",
                    "Lead time, deployment frequency, change failure rate, time to restore",
                    "The same, and model quality on live data",
                ),
            ),
            "DevOps and MLOps side by side",
        ),
        Bullets(
            (
                "**How they fit:** MLOps stands on a DevOps base. Versioning, tests and a pipeline come first.",
                "**Which first:** DevOps, unless a model is already live and nobody watches it.",
                "**Trap:** buying a `feature store` before the first model is in production.",
            )
        ),
        Note(
            "Sources: [DORA, Accelerate State of DevOps 2024](https://dora.dev/research/2024/dora-report/) · "
            "[Google Cloud, MLOps levels](https://cloud.google.com/architecture/mlops) · kept by whichops-editors, "
            "reviewed 2026-11-23"
        ),
        Buttons(TOOLS, "Go on with:"),
        Buttons(
            (
                Button("Helpful", "/feedback ab12 up", "quiet"),
                Button("Not helpful", "/feedback ab12 down", "quiet"),
                Button("Why this answer?", "/explain ab12", "quiet"),
            ),
            "This answer:",
        ),
    ),
    "DevOps vs MLOps",
)
CONTROLS = Buttons(
    (
        Button("Back", "/back", "quiet"),
        Button("Not sure", "/skip", "quiet"),
        Button("Why do you ask?", "/why", "quiet"),
        Button("Pause", "/pause", "quiet"),
    )
)
QUESTIONS = (
    Reply(
        (
            Text("What do you mostly do?"),
            Buttons(
                tuple(
                    Button(label, f"/answer role {key}")
                    for key, label in (
                        ("developer", "I write software"),
                        ("ops-sre", "I run systems: operations, SRE, platform"),
                        ("data-science-ml", "Data science or machine learning"),
                        ("lead-manager", "I lead, plan or manage"),
                    )
                )
            ),
            CONTROLS,
        ),
        "Question 1 of 3",
    ),
    Reply(
        (
            Text("What do you run for real users, and what is around it?"),
            Choices(
                "Choose all that fit, then confirm. You can also type them.",
                (
                    Option("apps-apis", "Applications or APIs"),
                    Option("ml-models", "Machine-learning models, live"),
                    Option("on-call", "Someone is on call"),
                    Option("nothing-yet", "Nothing yet"),
                ),
                "/answer runs",
                "That's all",
            ),
            CONTROLS,
        ),
        "Question 2 of 3",
    ),
    Reply(
        (
            Text("How many hours a week can you really give?"),
            Buttons(
                tuple(
                    Button(label, f"/answer hours {key}")
                    for key, label in (("<=3", "Up to 3"), ("4-6", "4 to 6"), ("7-10", "7 to 10"))
                )
            ),
            CONTROLS,
        ),
        "Question 3 of 3",
    ),
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 400" width="800" height="400">'
    '<rect width="800" height="400" fill="{}"/></svg>'
)
PICTURE = File("roadmap.svg", "image/svg+xml", SVG.format("#fff"), "All of the plan", SVG.format("#123"))
CALENDAR = File("roadmap.ics", "text/calendar", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "The plan for a calendar.")
PAGE = File("roadmap.html", "text/html", "<!doctype html><h1 onclick='x'>Plan</h1>", "The plan on a page to print.")

PLAN = Reply(
    (
        Text("**Start with DevOps.** Releases by hand come first, because everything else stands on them."),
        Table(
            ("When", "Module", "Hours"),
            (
                ("5 Jan – 18 Jan", "Git without fear", "8"),
                ("19 Jan – 15 Feb", "A pipeline that tests every change", "16"),
            ),
        ),
        Bullets(("Read the plan", "Tell your team", "Begin on Monday"), ordered=True),
        Links((Link("Pro Git", "https://git-scm.com/book"), Link("The Twelve-Factor App", "https://12factor.net/"))),
        Buttons((Button("Start over", "/restart", "quiet"),)),
    ),
    "Your roadmap: DevOps first",
)


@dataclass
class FakeAdvisor:
    """Answers each id once; `failing` makes the next turns fail as a database that is away does."""

    at: dict[str, int] = field(default_factory=dict)
    given: dict[str, tuple[Reply, ...]] = field(default_factory=dict)
    whose: dict[str, str] = field(default_factory=dict)
    heard: list[Message] = field(default_factory=list)
    failing: int = 0
    slow: float = 0
    reminders: list[tuple[Reply, ...]] = field(default_factory=list)

    async def said(self, message: Message) -> tuple[Reply, ...]:
        return self.given.get(message.id, ()) if self.whose.get(message.id) == message.author else ()

    async def handle(self, message: Message) -> tuple[Reply, ...]:
        await asyncio.sleep(self.slow)
        if self.failing:
            self.failing -= 1
            raise StoreError("away")
        if message.id not in self.given:
            self.heard.append(message)
            self.whose[message.id] = message.author
            self.given[message.id] = self._answer(message)
        return self.given[message.id]

    async def remind(self, tenant: str, author: str, now: datetime) -> tuple[Reply, ...]:
        return self.reminders.pop() if self.reminders else ()

    async def at_home(self, tenant: str, author: str) -> None:
        return None

    async def open(self, place: Place, author: str) -> tuple[Reply, ...]:
        if self.failing:
            self.failing -= 1
            raise StoreError("away")
        if place.key not in self.at:
            return (WELCOME,)
        return self._question(place, Text("Welcome back. Your answers are kept; here is the open question."))

    def _question(self, place: Place, *before: Text) -> tuple[Reply, ...]:
        at = self.at[place.key]
        if not 0 <= at < len(QUESTIONS):
            return ()
        return (Reply((*before, *QUESTIONS[at].blocks), QUESTIONS[at].title),)

    def _answer(self, message: Message) -> tuple[Reply, ...]:
        place, said = message.place, message.text
        at = self.at.setdefault(place.key, -1)
        if said == "/roadmap":
            self.at[place.key] = 0
            return self._question(place, Text("Three short questions. `/stop` deletes your answers."))
        if said.startswith("/answer") or (
            0 <= at < len(QUESTIONS) and not said.endswith("?") and not said.startswith("/")
        ):
            self.at[place.key] = at + 1
            return self._question(place, Text("Noted.")) or (PLAN,)
        if said == "/export":
            return (Reply((PICTURE, CALENDAR, PAGE), audience="asker"),)
        if said == "/help":
            return (Reply((Text("Ask me anything about Ops."),)),)
        if said.startswith("/feedback"):
            return (Reply((Text("Thank you. Noted for the people who keep this answer."),), audience="asker"),)
        answer = COMPARE if "vs" in said or said.startswith("/show") else Reply((Text("You said: " + escape(said)),))
        return (answer, *self._question(place))


async def main(port: int) -> None:
    await server.listen(server.build(FakeAdvisor(), spots=SPOTS), "127.0.0.1", port, asyncio.Event(), print)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
