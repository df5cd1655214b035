"""The Home tab: what the bot does, somebody's roadmaps and how far they are, topics to browse.

Drawn anew each time it is looked at. Must never show anything of anybody else.
"""

from __future__ import annotations

from typing import Final

from adapters.slack.api import Api, Bot, link
from adapters.slack.parse import DIRECT, quiet_thread
from adapters.slack.render import home
from bot import answers, dialogue, interview, together
from bot.advisor import Advisor
from bot.catalog.schema import AnswerId, Catalog
from bot.chat import Block, Button, Buttons, Link, Links, Note, Place, Reply, Text
from bot.interview import Interview
from bot.voice import say

ROADMAPS: Final = 5  # shown


async def publish(advisor: Advisor, api: Api, bot: Bot, tenant: str, user: str) -> None:
    """Draw the Home tab of one person and put it up."""
    owned = await advisor.roadmaps(Place("slack", tenant, user, DIRECT).owner, user)
    replies = draw(advisor.catalog, bot, user, owned)
    view = home(replies, say(advisor.catalog, "slack-home-more"))
    await api.call(bot.token, "views.publish", {"user_id": user, "view": view})


def draw(catalog: Catalog, bot: Bot, user: str, owned: tuple[tuple[str, Interview], ...]) -> tuple[Reply, ...]:
    """Say what stands on the Home tab."""
    shown = [block for key, held in owned[:ROADMAPS] for block in _roadmap(catalog, bot, user, key, held)]
    start = Buttons((Button(say(catalog, "start-roadmap"), "/roadmap", "primary"),))
    if any(held.kept for _, held in owned):  # wherever it was made: what is said of it here finds it
        show = Button(say(catalog, "slack-home-show"), "/status", "primary")
        shown.append(Buttons((show, Button(say(catalog, "remind-me"), "/remind", "quiet"))))
    roadmaps: tuple[Block, ...] = tuple(shown) or (Text(say(catalog, "slack-home-none")), start)
    return (
        dialogue.welcome(catalog),
        Reply(roadmaps, title=say(catalog, "slack-home-roadmaps")),
        Reply((_topics(catalog), Note(say(catalog, "slack-home-about")))),
    )


def _roadmap(catalog: Catalog, bot: Bot, user: str, key: str, held: Interview) -> list[Block]:
    """Say how far one roadmap is, with the way to it."""
    channel, _, thread = key.partition("/")
    direct = channel.startswith("D") and thread == DIRECT
    place = say(catalog, "slack-home-here" if channel.startswith("D") else "slack-home-thread")
    stage = interview.stage(catalog.roadmap, held)
    if stage == "stopped":
        return []
    road = interview.road(catalog.roadmap, held)
    if road is not None:
        return [together.at_home(catalog, road)]
    done, total = _progress(catalog, held)
    line = Text(say(catalog, "slack-home-asking", place=place, done=done, total=total))
    if direct:
        return [line, Buttons((Button(say(catalog, "slack-home-go-on"), "/roadmap", "primary"),))]
    url = "" if thread == quiet_thread(user) else link(bot, channel, thread)
    return [line, Links((Link(say(catalog, "slack-home-open"), url),))] if url else [line]


def _progress(catalog: Catalog, held: Interview) -> tuple[int, int]:
    question = interview.open_question(catalog.roadmap, held)
    if question is None:
        total = len(interview.review(catalog.roadmap, held))
        return total, total
    number, total = interview.progress(catalog.roadmap, held, question)
    return max(0, number - 1), total


def _topics(catalog: Catalog) -> Buttons:
    known = [AnswerId("define", (topic,)) for topic, body in catalog.topics.items() if body.define]
    return Buttons(tuple(answers.show_button(catalog, each) for each in known), say(catalog, "slack-home-topics"))
