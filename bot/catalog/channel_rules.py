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
    yield from _people(root)


def _people(root: Node) -> Iterator[Problem]:
    people = root.at("people", "slack")
    for handle, node in people.items.items() if people else ():
        if node.text and not _SLACK_PERSON.fullmatch(node.text):
            fix = "write the member id, such as U0123456789: it is in the menu of the person's profile"
            yield _problem(node, f'"{node.text[:60]}" is no id of a Slack member', fix)
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
