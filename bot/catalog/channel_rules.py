"""What must hold in the channels file: experts of topics that exist, ids of the platform's shape, handles in use.

Works on the tree like `lint`, and is one of its rules. Must never know a workspace.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.catalog.explain import did_you_mean
from bot.catalog.tree import Node
from bot.errors import Problem

_SLACK_CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")
_SLACK_PERSON = re.compile(r"[UW][A-Z0-9]{5,20}")
_TEAMS_CHANNEL = re.compile(r"19:[\w.-]+@(thread|unq)\.[\w.]+")
_TEAMS_PERSON = re.compile(r"29:[\w-]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FIXES = {
    "slack": ("Slack member", "write the member id, such as U0123456789: it is in the menu of the person's profile"),
    "teams": ("Teams user", "write the object id that Entra shows for the person: 32 digits with dashes"),
}


def channels(tree: Node) -> Iterator[Problem]:
    """Check what the schema can't see."""
    root, topics = tree.at("channels"), tree.at("topics")
    if root is None or root.broken:
        return
    experts = root.child("experts")
    if topics is not None and not topics.broken:
        for slug, node in experts.items.items() if experts else ():
            if slug not in topics.items:
                fix = did_you_mean(slug, topics.items)
                yield _problem(node, f'`experts` names the topic "{slug}", which does not exist', fix)
    here = root.at("places", "slack")
    for name, node in here.items.items() if here else ():
        if not _SLACK_CHANNEL.fullmatch(name):
            fix = "write the id, such as C0123456789: it ends the link that Slack copies from the channel's menu"
            yield _problem(node, f'"{name}" is no id of a Slack channel', fix)
    yield from _teams_places(root)
    yield from _people(root, "slack", _SLACK_PERSON)
    yield from _people(root, "teams", _TEAMS_PERSON)


def _teams_places(root: Node) -> Iterator[Problem]:
    here = root.at("places", "teams")
    for name, node in here.items.items() if here else ():
        if not _TEAMS_CHANNEL.fullmatch(name):
            fix = "write the id, such as 19:0a1b@thread.tacv2: it is in the channel's link, %3a there is :, %40 is @"
            yield _problem(node, f'"{name}" is no id of a Teams channel or chat', fix)


def _people(root: Node, platform: str, shape: re.Pattern[str]) -> Iterator[Problem]:
    people = root.at("people", platform)
    for handle, node in people.items.items() if people else ():
        if node.text and not shape.fullmatch(node.text):
            named, fix = _FIXES[platform]
            yield _problem(node, f'"{node.text[:60]}" is no id of a {named}', fix)
        if not handle.startswith("@"):
            yield _problem(node, f'"{handle[:60]}" is no person\'s handle', "write it as in chat: @amira")
        elif handle not in _experts(root):
            fix = did_you_mean(handle, _experts(root))
            yield _problem(node, f'nobody calls "{handle[:60]}": it is no `expert`', fix)


def _experts(root: Node) -> set[str]:
    by_topic = root.child("experts")
    found = {node.text for node in by_topic.items.values()} if by_topic else set()
    places = root.child("places")
    for platform in places.items.values() if places else ():
        for channel in platform.items.values():
            expert = channel.child("expert")
            found |= {expert.text} if expert else set()
    return found - {""}


def _problem(node: Node, what: str, fix: str) -> Problem:
    return Problem(node.file, max(node.line, 1), what, fix)
