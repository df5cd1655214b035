"""The main replies, as the core makes them; short, and with content that doesn't change."""

from __future__ import annotations

from bot.chat import Bullets, Button, Buttons, Choices, File, Link, Links, Note, Option, Reply, Table, Text

SOURCES = Note(
    "Sources: [Accelerate, 2018](https://example.com/accelerate?a=1&b=2), [DORA 2024](https://example.com/dora) · "
    "kept by whichops-editors, reviewed 2026-11-23"
)
VERDICT = Buttons(
    (
        Button("Helpful", "/feedback r7f3 up", "quiet"),
        Button("Not helpful", "/feedback r7f3 down", "quiet"),
        Button("Why this answer?", "/explain r7f3", "quiet"),
    ),
    "This answer:",
)
MOVES = Buttons(
    (
        Button("Back", "/back", "quiet"),
        Button("Not sure", "/skip", "quiet"),
        Button("Why do you ask?", "/why", "quiet"),
        Button("Pause", "/pause", "quiet"),
    )
)

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40" viewBox="0 0 80 40"></svg>'
REPLIES: dict[str, Reply] = {
    "answer": Reply(
        (
            Text("**MLOps** keeps models in production healthy: data, training & serving as one *tested* pipeline."),
            Bullets(("Version the data, the code and the model.", "Watch for drift with `evidently` & friends.")),
            SOURCES,
            Buttons(
                (
                    Button("MLOps tools", "/show facet:tools mlops"),
                    Button("First steps with MLOps", "/show facet:start mlops"),
                    Button("DevOps vs MLOps", "/show compare devops mlops"),
                ),
                "Go on with:",
            ),
            VERDICT,
        ),
        title="What MLOps is",
    ),
    "comparison": Reply(
        (
            Text("DevOps ships **software**, MLOps ships **models**; the second needs the first."),
            Table(
                ("", "DevOps", "MLOps"),
                (
                    ("What is operated", "services", "services *and* models"),
                    ("What changes", "code", "code, **data**, models"),
                    (
                        "Rolled back by",
                        "deploying the last build",
                        "serving the [last good model](https://example.com/m)",
                    ),
                ),
            ),
            Bullets(("**How they fit:** MLOps stands on DevOps.", "**Trap:** a model registry isn't a pipeline.")),
            SOURCES,
            VERDICT,
        ),
        title="DevOps vs MLOps",
    ),
    "did_you_mean": Reply(
        (
            Text("I'm not certain what you mean. Is it one of these?"),
            Buttons(
                (
                    Button("DevOps tools", "/show facet:tools devops"),
                    Button("What DevOps is", "/show define devops"),
                    Button("None of these", "/none", "quiet"),
                ),
                "Did you mean:",
            ),
        )
    ),
    "refusal": Reply(
        (
            Text("I don't have an answer to that, and I'd rather say so than guess."),
            Text("I cover DevOps, MLOps and AIOps: what they are, how they differ, how to start."),
            Note("A person who can help: #platform-help"),
            Buttons(
                (
                    Button("DevOps vs MLOps", "/show compare devops mlops"),
                    Button("Start my roadmap", "/roadmap", "primary"),
                ),
                "Try one of these:",
            ),
        )
    ),
    "question_single": Reply(
        (
            Text("**What hurts most today?**"),
            Note("Press a button or answer in your own words."),
            Buttons(
                tuple(
                    Button(label, f"/answer pain {id_}")
                    for id_, label in (
                        ("slow", "Releases are slow or scary"),
                        ("stale", "Models go stale after launch"),
                        ("noise", "Too many alerts"),
                        ("cost", "The cloud bill"),
                    )
                )
            ),
            MOVES,
        ),
        title="Question 2 of 7",
    ),
    "question_menu": Reply(
        (
            Text("**What do you run?**"),
            Buttons(tuple(Button(f"System number {n}", f"/answer run s{n}") for n in range(8)), "Choose one:"),
            MOVES,
        ),
        title="Question 1 of 7",
    ),
    "question_several": Reply(
        (
            Text("**What do you have already?**"),
            Choices(
                "Choose all that fit, then confirm. You can also type them.",
                (
                    Option("git", "Git & reviews", chosen=True),
                    Option("ci", "A pipeline"),
                    Option("iac", "Infrastructure as code"),
                ),
                "/answer have",
                "That's all",
            ),
            MOVES,
        ),
        title="Question 5 of 7",
    ),
    "review": Reply(
        (
            Text("This is what I heard. Change anything before I make the roadmap."),
            Table(
                ("Question", "Your answer"),
                (("What do you run?", "Services"), ("What hurts most?", "not sure"), ("Hours a week?", "4")),
            ),
            Buttons((Button("Make my roadmap", "/plan", "primary"), Button("Start over", "/restart", "quiet"))),
            Buttons(tuple(Button(f"Question {n}", f"/change q{n}") for n in range(7)), "Change:"),
        ),
        title="Are these answers right?",
    ),
    "plan": Reply(
        (
            Text("**Start with DevOps.** Because releases are slow and nobody owns the pipeline."),
            Text("**The plan:** 3 modules, 34 of 40 hours, 9 weeks from 2026-11-30."),
            Table(
                ("When", "Module", "Hours", "Done when you can show"),
                (
                    ("30 Nov - 6 Dec", "Git for teams", "8", "a reviewed change merged"),
                    ("7 Dec - 27 Dec", "A pipeline", "14", "a build from every push"),
                    ("28 Dec - 24 Jan", "Deploy & roll back", "12", "a release undone in minutes"),
                ),
                "Your plan, week by week",
            ),
            Links((Link("Pro Git", "https://example.com/git"), Link("The DORA guides", "https://example.com/dora"))),
            Note("Hours are our estimate, for study and the exit project; expect 40 % more or less."),
            Buttons(
                (Button("Put back: Git basics", "/relearn f-git"), Button("Change an answer", "/change pain")),
                "Change the plan:",
            ),
            VERDICT,
        ),
        title="Your roadmap: DevOps first",
    ),
    "keepsakes": Reply(
        (
            File("roadmap.svg", "image/svg+xml", SVG, "A roadmap to DevOps: 3 modules, none behind.", SVG),
            File(
                "roadmap.csv", "text/csv", '"No.","Module"\r\n"1","Git & <teams>"\r\n', "A table for any spreadsheet."
            ),
            File("roadmap.html", "text/html", "<!doctype html><p>Plan", "A page to print."),
        ),
        audience="asker",
    ),
}
