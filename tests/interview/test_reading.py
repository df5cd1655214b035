"""What people type is read as what they mean, and as nothing where it is something else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as every
from hypothesis import settings
from hypothesis import strategies as st

from bot import commands
from bot.catalog.script import Roadmap
from bot.interview import Interview, open_question, read, step
from bot.interview.phrases import flat, tokens
from tests.roadmap.profiles import SCRIPT

ORDER = ("role", "goal", "delivery", "runs", "team", "hours", "horizon")
FULL = {
    "role": ("developer",),
    "goal": ("ship-faster",),
    "delivery": ("manual",),
    "runs": ("apps-apis",),
    "team": ("2-9",),
    "hours": ("4-6",),
    "horizon": ("12",),
}


def at(question: str, **more: object) -> Interview:
    """An interview in which this question is open; "review" and "finished" come after the last."""
    before = ORDER[: ORDER.index(question)] if question in ORDER else ORDER
    answers = {name: FULL[name] for name in before}
    state = {"finished": question == "finished", **more}
    return Interview.model_validate({"owner": "ann", "started": date(2026, 1, 5), "answers": answers, **state})


ANSWERS = """
role | data-engineering | I look after the data pipelines
role | data-engineering | the warehouse is mine
role | ops-sre | I take care of the servers
role | lead-manager | meetings, mostly
goal | models-to-production | our models never leave the notebook
goal | trustworthy-data | nobody trusts the dashboards
goal | many-teams-one-way | every team has its own way of deploying
goal | fewer-incidents-less-noise | stop firefighting all the time
delivery | manual | someone copies it on friday
delivery | automated-to-prod | we tag and jenkins does the rest
runs | data-pipelines | batch pipelines and a warehouse
runs | apps-apis ml-models | a monolith and two ml models
team | 2-9 | it's me and a colleague
goal | models-to-production | get our model out of the notebook
goal | models-to-production | out of notebooks, finally
goal | models-to-production | get past the prototype with our models
delivery | ci-only | tests run but we release by hand
delivery | ci-only | the tests run in a pipeline, someone then copies it over
delivery | ci-only | jenkins builds and tests, the last step is by hand
delivery | ci-only | only the deploy is manual
delivery | manual | we release by hand
delivery | manual | tests and releases, all by hand
delivery | manual | our tests run by hand
delivery | manual | tests run manually
delivery | manual | we build and test by hand
goal | llm-feature | get our llm feature beyond the prototype
role | developer | Developer
role | developer | dev
role | developer | i'm a backend dev
role | developer | I write code, mostly
role | developer | full-stack developer at a small company
role | developer | develper
role | developer | software enginer
role | ops-sre | sysadmin
role | ops-sre | I keep the servers running
role | ops-sre | SRE
role | ops-sre | platform engineer, mainly
role | ops-sre | 2
role | ops-sre | the second one
role | data-science-ml | data scientist
role | data-science-ml | i train models
role | data-science-ml | Machine learning engineer.
role | data-engineering | analyst
role | data-engineering | bi developer
role | data-engineering | I build dashboards
role | security-qa | tester
role | security-qa | QA
role | lead-manager | i lead a team
role | lead-manager | I'm a product owner
role | lead-manager | engineering manger
role | student-switcher | I'm a student
role | student-switcher | still at university
role | student-switcher | just starting out
role | developer ops-sre | half developer, half sysadmin
goal | ship-faster | we want to ship faster
goal | ship-faster | our releases are slow and scary
goal | ship-faster | ship-faster
goal | ship-faster | deploy more oftn
goal | ship-faster | Honestly, deployments take forever
goal | models-to-production | get our models into production
goal | models-to-production | models get stale
goal | models-to-production | our models never go live
goal | fewer-incidents-less-noise | too many alerts
goal | fewer-incidents-less-noise | I'd like to sleep at night
goal | fewer-incidents-less-noise | fewer outages please
goal | fewer-incidents-less-noise | alert fatigue!
goal | llm-feature | we are building a chatbot
goal | llm-feature | an AI assistant
goal | trustworthy-data | the numbers are wrong
goal | trustworthy-data | data quality
goal | many-teams-one-way | every team does it differently
goal | many-teams-one-way | an internal developer platform
goal | security-compliance | pass the audit
goal | security-compliance | we need ISO 27001
goal | security-compliance | complience
goal | cost | the cloud bill
goal | cost | save some money
goal | cost | option 8
goal | career | I just want to learn
goal | career | get a job in the field
goal | ship-faster cost | ship faster and cut costs
delivery | manual | by hand
delivery | manual | we deploy by hand
delivery | manual | manualy
delivery | manual | I copy files via ftp, sorry
delivery | manual | ssh into the server and git pull on the server
delivery | manual | a bash script on my laptop
delivery | manual | there is no pipeline
delivery | manual | nothing automated yet
delivery | ci-only | tests run automatically, but we release by hand
delivery | ci-only | we have CI, deploy is manual
delivery | ci-only | only CI
delivery | automated-to-prod | CI/CD
delivery | automated-to-prod | a pipeline deploys it
delivery | automated-to-prod | merge to main and it deploys
delivery | automated-to-prod | fully automated
delivery | automated-to-prod | continous delivery
delivery | automated-to-prod | 3
delivery | automated-plus-iac-slo | pipeline, terraform and SLOs
delivery | automated-plus-iac-slo | everything as code
role | ops-sre | ops guy
role | developer | java developer
role | student-switcher | computer science student
role | lead-manager | CTO of a startup
role | student-switcher | I'm switching careers from nursing
goal | ship-faster | we want to deploy every day
goal | ship-faster | deployments hurt
goal | models-to-production | our model is stuck in a notebook
goal | fewer-incidents-less-noise | stop waking me up at night
goal | llm-feature | customer support chatbot
goal | trustworthy-data | data is always late
goal | trustworthy-data | dashboards show wrong numbers
goal | security-compliance | get ISO certified
goal | cost | lower the AWS bill
delivery | manual | my colleague does it by hand every friday
delivery | manual | kubectl apply from my laptop
delivery | ci-only | unit tests in CI, manual release
delivery | ci-only | gitlab ci runs the tests, then I copy the files to the server
delivery | automated-to-prod | helm charts via pipeline
delivery | automated-to-prod | github actions deploys on merge
delivery | automated-plus-iac-slo | full ci/cd with terraform and slos
runs | ml-models data-pipelines | a fraud model and airflow
runs | central-telemetry on-call | we use datadog and pagerduty
runs | apps-apis noisy-alerts | website and way too many alerts
runs | many-services | about 40 microservices
team | 10-49 | we're 12
hours | <=3 | an hour or two
horizon | 12 | 90 days
runs | apps-apis | a web shop
runs | apps-apis ml-models on-call | we have an api, two models in production and people on call
runs | apps-apis ml-models on-call | api, two models live, on call
runs | apps-apis on-call | api and people on call
runs | apps-apis llm-features data-pipelines | 3 apis, an LLM chatbot live and 2 data pipelines
runs | apps-apis ml-models noisy-alerts | a web shop, one recommender in production, and too many alerts
runs | apps-apis | two services
runs | many-services | 45 services
runs | ml-experiments | five models, none live
runs | ml-experiments | experiments, nothing live yet
runs | ml-experiments | 2 and 2
runs | nothing-yet | a web shop, but nothing live yet
runs | nothing-yet | 1 and 10
team | 10-49 | 12 people this year
hours | 4-6 | 5 a week
hours | 4-6 | 5 per week
hours | 4-6 | 4 - 6 hours
hours | 4-6 | half a day
hours | 11+ | 40 hours a week
hours | 7-10 | change hours to 10
runs | apps-apis ml-models on-call | apps and models, on call
runs | apps-apis central-telemetry | an API; metrics, logs and traces in one place
runs | ml-experiments | just jupyter notebooks
runs | ml-experiments | models, but not live yet
runs | ml-models | a recommender
runs | llm-features | chat bot
runs | data-pipelines | ETL and reports
runs | apps-apis many-services | apps, lots of services
runs | many-services central-telemetry | microservices + datadog
runs | on-call noisy-alerts | on-call, way too many alerts
runs | apps-apis ml-experiments on-call | 1, 2 and 8
runs | nothing-yet | nothing yet
runs | nothing-yet | none of these
runs | nothing-yet | not yet
runs | apps-apis ml-models | apps and models but no on-call
runs | apps-apis data-pipelines | aplications and data pipelins
team | 1 | just me
team | 1 | 1
team | 1 | i work alone
team | 2-9 | we are eight people
team | 2-9 | 2-9
team | 2-9 | four or five
team | 2-9 | a handful
team | 2-9 | team of 6
team | 2-9 | less than 10
team | 10-49 | about 25 engineers
team | 10-49 | a dozen devs
team | 10-49 | 12 backend developers in 3 squads
team | 10-49 | ten
team | 10-49 | twenty-five
team | 50-199 | around 120
team | 50-199 | more than 50 people
team | 200+ | 200+
team | 200+ | several hundred
team | 200+ | 1,200 engineers
hours | <=3 | <=3
hours | <=3 | 2 hours
hours | <=3 | one evening a week
hours | <=3 | half an hour a day
hours | <=3 | not much
hours | <=3 | 30 minutes a day
hours | 4-6 | around 5 hours
hours | 4-6 | ~5h
hours | 4-6 | 4 to 6
hours | 4-6 | five
hours | 4-6 | an hour a day
hours | 4-6 | maybe 5 hrs/week if I'm lucky
hours | 7-10 | between 7 and 10 hours
hours | 7-10 | a day a week
hours | 7-10 | 8
hours | 11+ | more than 10 hours
hours | 11+ | full time
hours | 11+ | two days a week
hours | 11+ | 2.5 days
horizon | 4 | a month
horizon | 4 | 4 weeks
horizon | 4 | asap
horizon | 12 | 3 months
horizon | 12 | about 12
horizon | 12 | a quarter
horizon | 12 | three months or so
horizon | 26 | half a year
horizon | 26 | 6 months
horizon | 26 | six month
horizon | 52 | a year
horizon | 52 | one and a half years
horizon | 52 | no rush
horizon | 52 | this year
"""


@pytest.mark.parametrize("row", [line.strip() for line in ANSWERS.strip().splitlines()])
def test_an_answer_in_own_words_is_read(script: Roadmap, row: str) -> None:
    question, options, said = (part.strip() for part in row.split("|"))
    found = read(script, at(question), said)
    assert isinstance(found, commands.Give)
    assert (found.question, found.values) == (question, tuple(options.split()))


ELSEWHERE = """
team | half a year
team | 6 of us for half a year
team | 40 hours a week
team | around 5 hours
team | 1 hour
team | 5 a week
team | -3
team | -1
team | minus three
hours | -3 hours
hours | - 3 hours
hours | maybe -3
hours | −3
hours | minus 3 hours
hours | half a year
hours | 3 months
hours | 6 of us
hours | 12 people
hours | just me
horizon | 40 hours a week
horizon | 40 hours/week
horizon | an hour a week
horizon | 12 people
horizon | 4 of us
horizon | just me
horizon | around 5 hours
horizon | -12
horizon | -4 weeks
role | around 5 hours
role | just me
role | 6 of us
role | -3
goal | 6 of us
goal | around 5 hours
delivery | around 5 hours
delivery | just me
runs | 6 of us
runs | just me
runs | around 5 hours
"""


@pytest.mark.parametrize("row", [line.strip() for line in ELSEWHERE.strip().splitlines()])
def test_an_amount_of_something_else_or_below_zero_is_no_answer(script: Roadmap, row: str) -> None:
    question, said = (part.strip() for part in row.split("|"))
    assert read(script, at(question), said) is None


@pytest.mark.parametrize("question", ORDER)
def test_no_clue_skips_every_question(script: Roadmap, question: str) -> None:
    assert commands.Skip() == read(script, at(question), "no clue")


MOVES = (
    ("delivery", "change hours to 10", commands.Change("hours", ("7-10",))),
    ("delivery", "change my goal to cost", commands.Change("goal", ("cost",))),
    ("review", "please change my team size to 6 people", commands.Change("team", ("2-9",))),
    ("finished", "we have 10 hours a week now", commands.Change("hours", ("7-10",))),
    ("finished", "we are twelve people now", commands.Change("team", ("10-49",))),
    ("finished", "I finished 2 modules in 3 hours", None),
    ("finished", "do we have 10 hours a week now", None),
    ("finished", "10 hours", None),
    ("review", "set hours to 10", commands.Change("hours", ("7-10",))),
    ("finished", "change my goal to something else", commands.Change("goal")),
    ("finished", "change the answer to goal", commands.Change("goal")),
    ("delivery", "change the topic to kubernetes", None),
    ("delivery", "can you change the release to friday", None),
    ("goal", "back", commands.Back()),
    ("goal", "oh sorry, can we go back please", commands.Back()),
    ("goal", "previous question", commands.Back()),
    ("goal", "not sure", commands.Skip()),
    ("goal", "I don’t know", commands.Skip()),
    ("goal", "skip", commands.Skip()),
    ("delivery", "hmm, no idea", commands.Skip()),
    ("goal", "why do you ask?", commands.WhyAsk()),
    ("goal", "Why?", commands.WhyAsk()),
    ("runs", "what do you need that for?", commands.WhyAsk()),
    ("goal", "pause", commands.Pause()),
    ("goal", "let's continue later", commands.Pause()),
    ("goal", "never mind", commands.Pause()),  # what deletes answers must be said plainly
    ("goal", "stop", commands.Stop()),
    ("goal", "cancel please", commands.Stop()),
    ("goal", "start over", commands.Restart()),
    ("goal", "can we start from scratch?", commands.Restart()),
    ("delivery", "change goal", commands.Change("goal")),
    ("delivery", "can I change my goal please?", commands.Change("goal")),
    ("delivery", "change question 2", commands.Change("goal")),
    ("review", "my team size is wrong", commands.Change("team")),
    ("review", "edit hours", commands.Change("hours")),
    ("review", "change what we run", commands.Change("runs")),
    ("review", "make the plan", commands.Finish()),
    ("review", "yes, looks good", commands.Finish()),
    ("review", "ok go ahead", commands.Finish()),
    ("review", "start on 2026-02-02", commands.StartOn(date(2026, 2, 2))),
    ("review", "back", commands.Back()),
    ("finished", "put git back in", commands.Relearn("f-git")),
    ("finished", "I don't know python", commands.Relearn("f-python")),
    ("finished", "I want to start on 2026-03-01 please", commands.StartOn(date(2026, 3, 1))),
    ("finished", "change the time frame", commands.Change("horizon")),
    ("finished", "start over", commands.Restart()),
)


@pytest.mark.parametrize(("where", "said", "move"), MOVES, ids=[said for _, said, _ in MOVES])
def test_a_move_in_own_words_is_read(script: Roadmap, where: str, said: str, move: commands.Move | None) -> None:
    assert move == read(script, at(where), said)


def walking(**more: object) -> Interview:
    """A finished roadmap with its plan."""
    review = at("review", **more)
    return step(SCRIPT, review, commands.Finish(), date(2026, 1, 5)).interview


ON_THE_ROAD = (
    ("done with docker", commands.Tick("f-containers", "done")),
    ("finished CI", commands.Tick("f-ci", "done")),
    ("I finished the shell one", commands.Tick("f-shell", "done")),
    ("done", commands.Tick("", "done")),
    ("linux is done!", commands.Tick("f-shell", "done")),
    ("skip the kubernetes one", commands.Tick("d-k8s", "skipped")),
    ("stuck on terraform", commands.Tick("d-iac", "stuck")),
    ("I'm stuck with the tests", commands.Tick("f-testing", "stuck")),
    ("I'm stuck", commands.Tick("", "stuck")),
    ("not done after all", commands.Tick("", "open")),
    ("ci isn't done", commands.Tick("f-ci", "open")),
    ("my progress", commands.Status()),
    ("how far am I?", commands.Status()),
    ("what's next", commands.Status()),
    ("show all", commands.All()),
    ("what would change my plan most?", commands.WhatIf()),
    ("why is linux in my plan?", commands.WhyModule("f-shell")),
    ("do I really need everyday security?", commands.WhyModule("f-security")),
    ("I missed a week", commands.Replan()),
    ("plan again from today", commands.Replan()),
    ("I'm on holiday from 2026-03-02 to 2026-03-08", commands.Off(date(2026, 3, 2), date(2026, 3, 8))),
    ("off 2026-03-02 - 2026-03-08", commands.Off(date(2026, 3, 2), date(2026, 3, 8))),
    ("day off on 2026-03-02", commands.Off(date(2026, 3, 2), date(2026, 3, 2))),
    ("I learn on Mondays and Wednesdays", commands.Weekdays((0, 2))),
    ("only on saturday", commands.Weekdays((5,))),
    ("done with the meeting", None),
    ("why gitops?", None),
    ("is the build done?", None),
    ("what is docker", None),
    ("stuck on the train", None),
    ("yes", None),
    ("no", None),
)


@pytest.mark.parametrize(("said", "move"), ON_THE_ROAD, ids=[said for said, _ in ON_THE_ROAD])
def test_a_word_on_ones_own_plan_is_read(said: str, move: object) -> None:
    assert move == read(SCRIPT, walking(), said)


def test_yes_and_no_answer_what_was_asked_last() -> None:
    asked = step(SCRIPT, walking(), commands.Tick("f-map", "done"), date(2026, 1, 6)).interview
    assert commands.Tick("f-map", "done", sure=True) == read(SCRIPT, asked, "yes, I can")
    assert commands.Tick("f-map", "done", sure=True) == read(SCRIPT, asked, "yes")
    assert commands.Status() == read(SCRIPT, asked, "not yet")
    offered = step(SCRIPT, walking(), commands.Replan(), date(2026, 2, 2)).interview
    assert commands.Accept() == read(SCRIPT, offered, "yes please")
    assert commands.Accept() == read(SCRIPT, offered, "take the new one")
    assert commands.Keep() == read(SCRIPT, offered, "no, keep my plan")


def test_no_other_name_means_two_modules(script: Roadmap) -> None:
    names: dict[tuple[str, ...], str] = {}
    for module in script.module.values():
        for name in (module.title, *module.words):
            assert names.setdefault(tokens(name), module.id) == module.id, name


def test_resume_is_read_while_paused_and_answers_are_not(script: Roadmap) -> None:
    paused = at("role", paused=True)
    assert commands.Resume() == read(script, paused, "let's continue")
    assert read(script, paused, "developer") is None


OTHER = """
data pipeline monitoring
we have a model registry
feature engineering for models
alert rules
api gateway
kubernetes
service mesh
monitoring models
chatbot for this channel please explain
what is mlops?
what is MLOps
mlops
devops vs mlops
DevOps vs MLOps?
and AIOps?
how do I get repo access
who is on call this week
on-call schedule
explain feature store
feature store, explain
difference between devops and mlops
model registry
model drift
what stays the same then
best pizza in town
is mlops part of devops
tell me about canary releases
do we need kubernetes
which tools for monitoring
data pipeline tools
security scanning tools list
canary release
blue green deployment
compare devops and mlops
do you have examples of models in production
deploy by hand?
developer?
we don't deploy by hand
thanks
ok
yes
hello
lol
???
:)
we have a meeting at 5
my cat walked over the keyboard asdkjh qwe
"""


@pytest.mark.parametrize("question", ORDER)
@pytest.mark.parametrize("said", OTHER.strip().splitlines())
def test_what_is_no_answer_is_not_read_as_one(script: Roadmap, question: str, said: str) -> None:
    assert read(script, at(question), said) is None


def test_what_is_read_is_what_is_stored(script: Roadmap) -> None:
    for said in ("apps, nothing live yet", "experiments, nothing live yet", "1, 2 and 10", "api and on call"):
        move = read(script, at("runs"), said)
        assert isinstance(move, commands.Give), said
        assert move.values == step(script, at("runs"), move, date(2026, 1, 5)).interview.answers["runs"], said


def test_a_bare_yes_makes_the_plan_in_the_review_only(script: Roadmap) -> None:
    assert [commands.Finish(), None, None] == [read(script, at(w), "yes") for w in ("review", "goal", "finished")]


def test_every_option_is_read_by_its_id_label_and_number(script: Roadmap) -> None:
    for name, question in script.questions.items():
        for number, (option, each) in enumerate(question.options.items(), 1):
            said = [option, each.label, each.label.upper(), *([] if question.number else [str(number)])]
            for text in said:
                assert commands.Give(name, (option,)) == read(script, at(name), text), text


def test_no_phrase_means_two_options_of_a_question(script: Roadmap) -> None:
    for question in (*script.questions.values(), script.interview.close_call):
        seen: dict[tuple[str, ...], str] = {}
        for name, option in question.options.items():
            for phrase in (name, option.label, *option.words):
                assert name == seen.setdefault(tokens(phrase), name), f"{phrase} of {question.id}"


def test_no_phrase_means_two_options_once_light_words_are_gone(script: Roadmap) -> None:
    light = flat(script.reading.light)
    for question in (*script.questions.values(), script.interview.close_call):
        seen: dict[tuple[str, ...], str] = {}
        for name, option in question.options.items():
            for phrase in (name, option.label, *option.words):
                heavy = tuple(word for word in tokens(phrase) if word not in light) or tokens(phrase)
                assert name == seen.setdefault(heavy, name), f"{phrase} of {question.id}"


def test_no_option_is_shadowed_by_a_move(script: Roadmap) -> None:
    for name, question in script.questions.items():
        for option, each in question.options.items():
            for phrase in each.words:
                assert commands.Give(name, (option,)) == read(script, at(name), phrase), phrase


@settings(max_examples=300, deadline=None)
@every(said=st.text(max_size=500), where=st.sampled_from([*ORDER, "review", "finished"]))
def test_any_text_can_be_read(script: Roadmap, said: str, where: str) -> None:
    move = read(script, at(where), said)
    assert move is None or isinstance(move, commands.Move)


@settings(max_examples=300, deadline=None)
@every(data=st.data(), where=st.sampled_from(ORDER))
def test_only_offered_options_are_ever_read(script: Roadmap, data: st.DataObject, where: str) -> None:
    known = sorted(
        {word for line in ANSWERS.split("\n") for word in line.split()} | {"no", "not", "but", "5", "²", "٣"}
    )
    said = " ".join(data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=8)))
    move = read(script, at(where), said)
    question = open_question(script, at(where))
    assert question is not None
    if isinstance(move, commands.Give):
        assert move.question == where
        assert set() < set(move.values) <= set(question.options)


@pytest.mark.parametrize(
    ("said", "near"),
    [("about four months", True), ("one and a half years", True), ("three months", False), ("26", False)],
)
def test_an_amount_that_is_rounded_is_known_to_be(script: Roadmap, said: str, *, near: bool) -> None:
    found = read(script, at("horizon"), said)
    assert isinstance(found, commands.Give)
    assert found.near is near
    ranged = read(script, at("hours"), "5 hours")
    assert isinstance(ranged, commands.Give)
    assert not ranged.near  # 4 to 6 holds it
