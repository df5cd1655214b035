"""Rules that hold between files: what is referred to exists, nothing is said twice, no blank is odd.

Works on the tree of nodes and not on the catalog, so that a file the schema refuses doesn't hide
what is wrong in the others. A part that is broken or of the wrong shape is passed over here: its
own problem has been reported. Must never read a file or the clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from bot import markup
from bot.catalog import blanks
from bot.catalog.channel_rules import channels
from bot.catalog.explain import did_you_mean
from bot.catalog.prose import hard_to_read, unwritten
from bot.catalog.schema import FACETS, Catalog
from bot.catalog.tree import Node, Path
from bot.errors import Problem

TOPIC_KINDS = ("define", "compare", "stays", "changes", "choose", "roadmap")
_WORD = re.compile(r"[\w{}]+")
_SAID_BY_PEOPLE = {"phrasings", "aliases", "ask", "previous"}  # not ours: may hold anything
_DRAWN = {"fit", "first", "trap", "rows", "columns", "lines", "pick"}  # Markdown the schema doesn't look into
_DRAWN_IN = {("language",), ("onboarding",), ("pairs",)}  # where a lead or bullet isn't an Entry's


def lint(tree: Node, today: date | None = None) -> list[Problem]:
    """List everything wrong between files; with `today`, what only curators care for as well."""
    problems = [problem for rule in _RULES for problem in rule(tree)]
    return [*problems, *_future(tree, today), *hard_to_read(tree)] if today else problems


def lint_replies(base: Node, over: Node) -> Iterator[Problem]:
    """Check a team's own replies: keys the code knows, and no placeholder it can't fill."""
    known = base.at("replies")
    mine = over.at("replies")
    if known is None or mine is None or known.broken or mine.broken:
        return
    for key, node in mine.items.items():
        original = known.items.get(key)
        if original is None:
            yield _problem(node, f"`replies.{key}` is never said", did_you_mean(key, known.items))
        elif node.value is None:
            yield _problem(node, f"`replies.{key}` can't be removed", "write the sentence, or leave the key out")
        else:
            for name in sorted(set(blanks.placeholders(node.text)) - set(blanks.placeholders(original.text))):
                names = [f"{{{each}}}" for each in blanks.placeholders(original.text)]
                fix = f"fill in only {', '.join(names)}" if names else "write it without braces"
                yield _problem(node, f"`{{{name}}}` is not filled in `replies.{key}`", fix)


def missing_fields(catalog: Catalog) -> list[str]:
    """List the required onboarding blanks a team hasn't filled in, with the answers that wait for them."""
    waiting: dict[str, list[str]] = {}
    for slug, answer in catalog.onboarding.answers.answers.items():
        for name in dict.fromkeys([*(name for line in answer.lines for name in blanks.names(line)), answer.ask]):
            waiting.setdefault(name, []).append(slug)
    return [
        f"{name}: {field.label} ({', '.join(waiting[name])}), such as {field.example}"
        for name, field in catalog.onboarding.team.fields.items()
        if field.required and not field.value and name in waiting
    ]


# What is referred to exists -------------------------------------------------------------
def _sources(tree: Node) -> Iterator[Problem]:
    """Check that every source slug leads to a source."""
    known = _known(tree, "sources")
    for path, node in tree.walk():
        if known is not None and len(path) > 1 and path[-1] == "sources":
            yield from _unknown(node.list, known, "the source", "sources.yaml")


def _topics(tree: Node) -> Iterator[Problem]:
    """Check that every topic slug of a term or a pair leads to a topic."""
    known = _known(tree, "topics")
    terms = tree.at("glossary", "terms") or tree
    for entry in (*terms.items.values(), *_entries(tree, "pairs")):
        many, one = entry.child("topics"), entry.child("topic")
        if known is not None:
            slugs = (*(many.list if many else ()), *((one,) if one else ()))
            yield from _unknown(slugs, known, "the topic", "topics/")


def _unknown(slugs: Iterable[Node], known: set[str], what: str, where: str) -> Iterator[Problem]:
    for slug in slugs:
        if slug.text and slug.text not in known:
            yield _problem(slug, f'{what} "{slug.text}" does not exist', _fix(slug.text, known, where))


def _answer_ids(tree: Node) -> Iterator[Problem]:
    """Check that every answer id in `next`, `must` and `never` names an answer."""
    for path, node in tree.walk():
        expected = path[:1] == ("checks",) and path[-1] in ("must", "never")
        if not expected and (path[-1:] != ("next",) or path[0] == "replies"):
            continue
        also = ("oos", "smalltalk") if expected else ()
        for given in node.list:
            said = None if not given.text or given.text in also else _no_answer(tree, given.text)
            if said:
                yield _problem(given, *said)


def _no_answer(tree: Node, text: str) -> tuple[str, str] | None:
    """Say what is wrong with an answer id, and the fix; None when it names an answer."""
    kind, *topics = text.split() or [""]
    head, colon, rest = kind.partition(":")
    if head in ("glossary", "onboarding", "smalltalk") and colon:
        below = ("language", "smalltalk") if head == "smalltalk" else _below(head)
        known = _known(tree, *below)
        if known is not None and rest not in known:
            return f'the answer "{text}" does not exist', _fix(rest, known, f"{'/'.join(below)}")
        return (f'"{text}": {head} takes no topics', f"write {kind}") if topics else None
    if head == "facet" and rest not in FACETS:
        return f'"{text}": there is no facet "{rest}"', did_you_mean(rest, FACETS)
    if head != "facet" and (head not in TOPIC_KINDS or colon):
        kinds = (*TOPIC_KINDS, "facet:", "glossary:", "onboarding:", "smalltalk:")
        return f'"{text}" is no answer id', did_you_mean(head, kinds)
    return _wrong_topics(tree, text, head, rest, topics)


def _wrong_topics(tree: Node, text: str, head: str, rest: str, topics: list[str]) -> tuple[str, str] | None:
    if (head == "define" and len(topics) != 1) or (head == "facet" and not topics):
        needs = f"facet:{rest} TOPIC" if head == "facet" else "define TOPIC"
        return f'"{text}" has {len(topics)} topics', f"write {needs}"
    known = _known(tree, "topics")
    if known is None:
        return None
    unknown = (topic for topic in topics if topic not in known)
    return next(
        ((f'"{text}": the topic "{topic}" does not exist', _fix(topic, known, "topics/")) for topic in unknown), None
    )


def _below(section: str) -> tuple[str, ...]:
    return ("glossary", "terms") if section == "glossary" else ("onboarding", "answers", "answers")


# Topics and pairs -----------------------------------------------------------------------
def _covered(tree: Node) -> Iterator[Problem]:
    """Check that a covered topic has all facets, each with its line for comparisons."""
    for name, topic in _named(tree, "topics"):
        if topic.child("define") is None or topic.broken:
            continue
        facets = topic.child("facets") or topic
        found = facets.items if facets is not topic else {}
        missing = [facet for facet in FACETS if facet not in found]
        if missing:
            what = f"the topic {name} has a definition and lacks the facets {', '.join(missing)}"
            yield _problem(facets, what, "add them below `facets:`; a topic is covered whole or only named")
        for facet, entry in found.items():
            if facet in FACETS and isinstance(entry.value, dict) and not entry.child("short"):
                what = f"`facets.{facet}` has no `short`"
                yield _problem(entry, what, "add one line for comparisons, at most 110 characters")


def _pairs(tree: Node) -> Iterator[Problem]:
    """Check that a pair's name, topics, table and `pick` speak of the same two topics."""
    seen: dict[frozenset[str], Node] = {}
    for name, pair in _named(tree, "pairs"):
        listed = pair.child("topics")
        topics = [node.text for node in listed.list] if listed else []
        if len(topics) != 2 or not all(topics) or listed is None:
            continue
        if name != "--".join(topics):
            yield _problem(listed, f"the pair {name} has the topics {' and '.join(topics)}", _pair_name(topics))
        twin = seen.setdefault(frozenset(topics), pair)
        if twin is not pair or topics[0] == topics[1]:
            what = f"the pair of {' and '.join(topics)} stands in {twin.file} too"
            yield _problem(pair, what, "keep one of them, with two different topics")
        yield from _pair_table(tree, pair, topics)
        pick = pair.child("pick")
        if pick and isinstance(pick.value, dict) and set(pick.items) != set(topics):
            what = f"`pick` speaks of {', '.join(pick.items) or 'nothing'}"
            yield _problem(pick, what, f"give it exactly the keys {' and '.join(topics)}")


def _pair_name(topics: list[str]) -> str:
    return f"name the file {'--'.join(topics)}.yaml, or correct `topics`"


def _pair_table(tree: Node, pair: Node, topics: list[str]) -> Iterator[Problem]:
    columns = pair.at("table", "columns")
    if columns is None or not columns.list:
        return
    if len(columns.list) != 3:
        yield _problem(columns, f"the table has {len(columns.list)} columns", "three: the aspect, then one a topic")
        return
    for column, slug in zip(columns.list[1:], topics, strict=True):
        topic = tree.at("topics", slug)
        if topic is None or topic.broken or not column.text:
            continue
        names = [topic.child("name"), *(topic.child("aliases") or topic).list]
        known = {_words(slug), *(_words(node.text) for node in names if node)}
        if _words(column.text) not in known:
            what = f'the column "{column.text}" stands where {slug} should'
            yield _problem(column, what, "name the columns like the topics, in the same order")


# Onboarding -----------------------------------------------------------------------------
def _onboarding(tree: Node) -> Iterator[Problem]:
    """Check that every `{{blank}}` is a field of the team, and `ask` one that names somebody."""
    known = _known(tree, "onboarding", "team", "fields")
    if known is None:
        return
    for slug, answer in _named(tree, "onboarding", "answers", "answers"):
        lead = answer.child("lead")
        if lead and ("{{" in lead.text or "}}" in lead.text):
            yield _problem(lead, f"the lead of {slug} has a blank", "move it to `lines`; a lead is true for any team")
        lines = answer.child("lines")
        for line in lines.list if lines else ():
            if not blanks.balanced(line.text):
                yield _problem(line, "a blank is not closed or not opened", "write {{field}}")
                continue
            for name in blanks.names(line.text):
                if name not in known:
                    what = f'the blank "{{{{{name}}}}}" is no field of the team'
                    yield _problem(line, what, _fix(name, known, "onboarding/team.yaml"))
        ask = answer.child("ask")
        if ask and ask.text:
            yield from _ask(tree, ask, known)


def _ask(tree: Node, ask: Node, known: set[str]) -> Iterator[Problem]:
    given = tree.at("onboarding", "team", "fields", ask.text, "type")
    if ask.text not in known:
        what = f'`ask` names "{ask.text}", which is no field of the team'
        yield _problem(ask, what, _fix(ask.text, known, "onboarding/team.yaml"))
    elif given and given.text not in ("person", "channel"):
        what = f'`ask` names "{ask.text}", a field of type {given.text}'
        yield _problem(ask, what, "name a field of type person or channel")


def _team(tree: Node) -> Iterator[Problem]:
    """Check that what a team filled in fits its type and holds no secret."""
    for name, field in _named(tree, "onboarding", "team", "fields"):
        value, given = field.child("value"), field.child("type")
        for node in (value, *value.list) if value else ():
            if not node.text:
                continue
            secret = blanks.secret(node.text)
            if secret:
                what = f"the field {name} holds what looks like {secret}"
                yield _problem(node, what, "remove it and revoke it; write where to ask for it instead")
            elif given and blanks.misfit(given.text, node.text):
                yield _problem(node, *_misfit(name, given.text, node.text))
        if given and given.text and value and value.list and given.text != "list":
            yield _problem(value, f"the field {name} is a list", f"write one {given.text}, or give it the type list")


def _misfit(name: str, kind: str, text: str) -> tuple[str, str]:
    return f'the field {name} is "{text[:60]}", not a {kind}', f"write {blanks.misfit(kind, text)}"


# Words ----------------------------------------------------------------------------------
def _twice(tree: Node) -> Iterator[Problem]:
    """Check that no two answers claim the same phrasing, no two things the same name."""
    for keys, what in ((("phrasings",), "the phrasing"), (("name", "aliases"), "the name")):
        first: dict[str, tuple[Path, Node]] = {}
        for path, node in tree.walk():
            if path and path[-1] in keys and path[0] not in ("sources", "roadmap", "replies", "checks"):
                for said in (node, *node.list):
                    yield from _again(first, path[:-1], said, what) if said.text else ()


def _again(first: dict[str, tuple[Path, Node]], entry: Path, said: Node, what: str) -> Iterator[Problem]:
    where, before = first.setdefault(_words(said.text) or said.text, (entry, said))
    if where != entry:
        told = f'{what} "{said.text}" stands in `{".".join(map(str, where))}` too ({before.file}:{before.line})'
        yield _problem(said, told, "keep it in one of them: the one people mean")


def _words(text: str) -> str:
    """Write a text without case and punctuation."""
    return " ".join(_WORD.findall(text.casefold()))


def _shapes(tree: Node) -> Iterator[Problem]:
    """Check that shapes are of known kinds, and stand for topics and terms only."""
    kinds = {*TOPIC_KINDS, "glossary", "onboarding", *(f"facet:{facet}" for facet in FACETS)}
    for kind, shape in _named(tree, "language", "shapes"):
        if kind not in kinds:
            yield _problem(shape, f'"{kind}" is no kind of answer', did_you_mean(kind, kinds))
        for key, node in shape.items.items():
            names = ("a", "b", "c", "t", "u") if key == "phrasings" else ("topics", "versus", "a", "b", "c", "t", "u")
            for said in (node, *node.list):
                for name in blanks.placeholders(said.text):
                    if name not in names:
                        fix = "write " + ", ".join(f"{{{each}}}" for each in names)
                        yield _problem(said, f'`{{{name}}}` in "{said.text[:60]}" stands for nothing', fix)


def _replies(tree: Node) -> Iterator[Problem]:
    """Check that every reply can be filled in: placeholders are plain words."""
    for key, node in _named(tree, "replies"):
        for name in blanks.placeholders(node.text):
            if not name.isidentifier():
                what = f"`replies.{key}` has a placeholder that can't be filled: {{{name}}}"
                yield _problem(node, what, "write {word}; for a brace itself write it twice")


def _links(tree: Node) -> Iterator[Problem]:
    """Check that every address is https."""
    for path, node in tree.walk():
        if not node.text or path[-1] in _SAID_BY_PEOPLE or (len(path) > 1 and path[-2] in _SAID_BY_PEOPLE):
            continue
        if "http://" in node.text.lower():
            yield _problem(node, f"an http:// address in `{path[-1]}`", "use its https:// address")
        elif path[-1] == "url" and path[0] == "sources" and not blanks.https(node.text):
            yield _problem(node, f'"{node.text[:60]}" is no https address', "write https://host/...")


def _markup(tree: Node) -> Iterator[Problem]:
    """Check that what is drawn uses our Markdown only (the schema looks at an Entry's own texts)."""
    for path, node in tree.walk():
        if not node.text or not _drawn(path):
            continue
        try:
            markup.spans(node.text)
        except markup.MarkupError as error:
            fix = "use only **bold**, *italic*, `code` and [label](https://...)"
            yield _problem(node, f"`{_key(path)}`: {error}", fix)


def _drawn(path: Path) -> bool:
    names = {part for part in path if isinstance(part, str)}
    if path[0] in ("checks", "sources") or "phrasings" in names:
        return False
    in_body = path[:1] in _DRAWN_IN and _key(path) in ("lead", "bullets") and not names & {"changes", "stays"}
    return path[0] == "replies" or bool(names & _DRAWN) or in_body


def _key(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _future(tree: Node, today: date) -> Iterator[Problem]:
    """Check that nothing was reviewed after today (a day's grace: somewhere it is tomorrow already)."""
    for path, node in tree.walk():
        if not path or path[-1] != "reviewed":
            continue
        try:
            day = date.fromisoformat(node.text)
        except ValueError:
            continue
        if day > today + timedelta(days=1):
            yield _problem(node, f"reviewed on {day}, which is yet to come", "write the day somebody last read it")


# Small words ----------------------------------------------------------------------------
def _problem(node: Node, what: str, fix: str) -> Problem:
    return Problem(node.file, max(node.line, 1), what, fix)


def _fix(word: str, known: Iterable[str], where: str) -> str:
    near = did_you_mean(word, known)
    if near.startswith("did"):
        return f"{near} Otherwise add it to {where}"
    return f"add it to {where}, or name one that exists"


def _known(tree: Node, *path: str) -> set[str] | None:
    """List the names that exist at a place; None when they can't be known."""
    node = tree
    for part in path:
        below = node.child(part)
        if below is None or below.broken:
            return None
        node = below
    return set(node.items) if isinstance(node.value, dict) else None


def _named(tree: Node, *path: str) -> tuple[tuple[str, Node], ...]:
    node = tree.at(*path)
    return tuple(node.items.items()) if node else ()


def _entries(tree: Node, *path: str) -> tuple[Node, ...]:
    return tuple(node for _, node in _named(tree, *path))


_RULES: tuple[Callable[[Node], Iterator[Problem]], ...] = (
    _sources,
    _topics,
    _answer_ids,
    _covered,
    _pairs,
    _onboarding,
    _team,
    _twice,
    _shapes,
    _replies,
    unwritten,
    _links,
    _markup,
    channels,
)
