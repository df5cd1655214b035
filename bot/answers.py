"""Compose replies from curated content: an answer, "did you mean", a refusal, an apology.

Everything said here comes from the catalog. Pure: must never match, store or send.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import markup, onboarding
from bot.catalog.schema import FACETS, AnswerId, Catalog, Entry, Facet, Grid, Pair, Topic, Welcome
from bot.chat import Block, Bullets, Button, Buttons, Note, Reply, Table, Text
from bot.matching.match import Candidate, Sure
from bot.voice import listed, names, say

ALIGNED: tuple[Facet, ...] = ("why", "lifecycle", "roles", "metrics", "start")  # rows of a composed comparison
SUGGESTIONS = 3
NAMED_SOURCES = 6  # a composed comparison rests on more than a line can hold; `--json` has them all
NAMED_BLANKS = 3  # more than that in one note is noise
FEEDBACK_REASONS = ("wrong", "outdated", "unclear", "other")


def title(catalog: Catalog, answer: AnswerId) -> str:
    """Name an answer for a button or a heading."""
    head, _, rest = answer.kind.partition(":")
    if head == "glossary" and rest in catalog.glossary.terms:
        return catalog.glossary.terms[rest].name
    if head == "onboarding" and rest in catalog.onboarding.answers.answers:
        return catalog.onboarding.answers.answers[rest].title
    how_many = {0: "-all", 1: "-one"}.get(len(answer.topics), "")
    key = f"title-{answer.kind.replace(':', '-')}"
    key = key + how_many if key + how_many in catalog.replies else key
    if key not in catalog.replies:
        key = f"title-{head}"
    return catalog.replies[key].format(topics=names(catalog, answer.topics), versus=_versus(catalog, answer.topics))


def _versus(catalog: Catalog, topics: Sequence[str]) -> str:
    return f" {catalog.replies['versus']} ".join(names(catalog, [topic]) for topic in topics)


def uncovered(catalog: Catalog, answer: AnswerId) -> tuple[str, ...]:
    """Name the topics this answer needs and the content doesn't cover yet; empty when it can be given."""
    if answer.kind == "roadmap":
        return ()
    return tuple(topic for topic in answer.topics if _lacks(catalog, topic, answer))


def _lacks(catalog: Catalog, topic: str, answer: AnswerId) -> bool:
    known = catalog.topics.get(topic)
    if known is None or known.define is None:
        return True
    head, _, facet = answer.kind.partition(":")
    if head == "facet":
        return facet not in known.facets
    return answer.kind == "choose" and known.choose is None


def compose(catalog: Catalog, answer: AnswerId, ref: str) -> Reply:
    """Compose the reply of a covered answer.

    Raises KeyError for an answer the content doesn't have: ask `uncovered` and `exists` first.
    """
    body, entry, following = _body(catalog, answer)
    return Reply(
        blocks=(
            *body,
            source_line(catalog, entry.sources, entry.owner, entry.reviewed),
            *_next(catalog, answer, following),
            _verdict(catalog, ref),
        ),
        title=title(catalog, answer),
    )


def sources_of(catalog: Catalog, answer: AnswerId) -> tuple[str, ...]:
    """List the source slugs an answer rests on."""
    return _body(catalog, answer)[1].sources


def exists(catalog: Catalog, answer: AnswerId) -> bool:
    """Whether an answer id names anything at all; it may still be uncovered."""
    head, _, rest = answer.kind.partition(":")
    match head:
        case "glossary":
            return rest in catalog.glossary.terms
        case "onboarding":
            return rest in catalog.onboarding.answers.answers
        case "smalltalk":
            return rest in catalog.language.smalltalk
        case "facet":
            return rest in FACETS and bool(answer.topics) and all(t in catalog.topics for t in answer.topics)
        case "define":
            return len(answer.topics) == 1 and answer.topics[0] in catalog.topics
        case "compare" | "stays" | "changes" | "choose" | "roadmap":
            return all(topic in catalog.topics for topic in answer.topics)
    return False


Body = tuple[tuple[Block, ...], Entry | Pair | Welcome, tuple[str, ...]]


def _body(catalog: Catalog, answer: AnswerId) -> Body:
    head, _, rest = answer.kind.partition(":")
    topics = [catalog.topics[topic] for topic in answer.topics]
    match head:
        case "define":
            return _entry(_have(topics[0].define))
        case "facet" if len(topics) == 1:
            return _entry(topics[0].facets[_facet(rest)])
        case "facet":
            return _facet_of_several(catalog, _facet(rest), answer)
        case "glossary":
            return _entry(catalog.glossary.terms[rest])
        case "onboarding":
            return _onboarding(catalog, rest)
        case "compare":
            return _compare(catalog, answer)
        case "stays" | "changes":
            pair = pair_of(catalog, answer.topics)
            entry = getattr(pair or catalog.general, head)
            return _entry(entry)
        case "choose":
            return _choose(catalog, answer)
    raise KeyError(answer.kind)


def _facet(name: str) -> Facet:
    return next(facet for facet in FACETS if facet == name)


def _have(entry: Entry | None) -> Entry:
    if entry is None:
        raise KeyError("this topic isn't covered yet")
    return entry


def _entry(entry: Entry) -> Body:
    blocks: list[Block] = [Text(entry.lead)]
    if entry.table:
        blocks.append(_grid(entry.table))
    if entry.bullets:
        blocks.append(Bullets(entry.bullets))
    return tuple(blocks), entry, entry.next


def _grid(grid: Grid) -> Table:
    return Table(grid.columns, grid.rows)


def pair_of(catalog: Catalog, topics: Sequence[str]) -> Pair | None:
    """Find the curated pair of two topics, whichever way round."""
    if len(topics) != 2:
        return None
    return next((pair for pair in catalog.pairs.values() if set(pair.topics) == set(topics)), None)


def _compare(catalog: Catalog, answer: AnswerId) -> Body:
    if len(answer.topics) < 2:
        return _entry(catalog.general.compare)
    pair = pair_of(catalog, answer.topics)
    if pair:
        advice = [say(catalog, f"pair-{part}") + " " + getattr(pair, part) for part in ("fit", "first", "trap")]
        return (Text(pair.lead), _grid(pair.table), Bullets(tuple(advice))), pair, _after_pair(answer)
    topics = [catalog.topics[topic] for topic in answer.topics]
    leads = tuple(f"**{topic.name}:** {_have(topic.define).lead}" for topic in topics)
    operated = (say(catalog, "row-operates"), *(topic.operates for topic in topics))
    aligned = [
        (say(catalog, f"row-{facet}"), *(_short(topic.facets[facet]) for topic in topics))
        for facet in ALIGNED
        if all(facet in topic.facets for topic in topics)
    ]
    table = Table(("", *(topic.name for topic in topics)), (operated, *aligned))
    blocks = (Text(say(catalog, "composed", topics=names(catalog, answer.topics))), table, Bullets(leads))
    return blocks, _merged(topics, [_have(topic.define) for topic in topics]), _after_pair(answer)


def _after_pair(answer: AnswerId) -> tuple[str, ...]:
    both = " ".join(answer.topics[:2])
    return (f"choose {both}", f"stays {both}", f"changes {both}")


def _short(entry: Entry) -> str:
    return entry.short or entry.lead


def _merged(topics: Sequence[Topic], entries: Sequence[Entry]) -> Entry:
    """Carry the sources, keepers and oldest review of several entries on one."""
    sources = tuple(dict.fromkeys(source for entry in entries for source in entry.sources))
    owners = " / ".join(dict.fromkeys(entry.owner for entry in entries))
    reviewed = min(entry.reviewed for entry in entries)
    return entries[0].model_copy(update={"sources": sources, "owner": owners, "reviewed": reviewed})


def _facet_of_several(catalog: Catalog, facet: Facet, answer: AnswerId) -> Body:
    topics = [catalog.topics[topic] for topic in answer.topics]
    entries = [topic.facets[facet] for topic in topics]
    rows = tuple((topic.name, _short(entry)) for topic, entry in zip(topics, entries, strict=True))
    leads = tuple(f"**{topic.name}:** {entry.lead}" for topic, entry in zip(topics, entries, strict=True))
    columns = (say(catalog, "column-topic"), say(catalog, f"row-{facet}"))
    following = (*(f"{answer.kind} {topic}" for topic in answer.topics[:2]), f"compare {' '.join(answer.topics)}")
    return (Bullets(leads), Table(columns, rows)), _merged(topics, entries), following


def _choose(catalog: Catalog, answer: AnswerId) -> Body:
    if not answer.topics:
        return _entry(catalog.general.choose)
    topics = [catalog.topics[topic] for topic in answer.topics]
    if len(topics) == 1:
        return _entry(_have(topics[0].choose))
    pair = pair_of(catalog, answer.topics)
    if pair:
        picks = [f"**{catalog.topics[topic].name}** {pair.pick[topic]}" for topic in answer.topics]
        trap = say(catalog, "pair-trap") + " " + pair.trap
        both = " ".join(answer.topics)
        return (Text(pair.first), Bullets((*picks, trap))), pair, (f"compare {both}", "roadmap")
    entries = [_have(topic.choose) for topic in topics]
    rows = tuple((topic.name, _short(entry)) for topic, entry in zip(topics, entries, strict=True))
    table = Table((say(catalog, "column-topic"), say(catalog, "row-choose")), rows)
    following = (f"compare {' '.join(answer.topics)}", "choose", "roadmap")
    return (Text(catalog.general.choose.lead), table), _merged(topics, entries), following


def _onboarding(catalog: Catalog, slug: str) -> Body:
    answer = catalog.onboarding.answers.answers[slug]
    shown, still_open = onboarding.fill(answer, catalog.onboarding.team.fields)
    ask = catalog.onboarding.team.fields[answer.ask]
    still_open = [label for label in still_open if label != ask.label]  # "ask the channel for the channel" helps nobody
    blocks: list[Block] = [Text(answer.lead)]
    if shown:
        blocks.append(Bullets(shown))
    if still_open:
        what = listed(catalog, still_open[:NAMED_BLANKS])
        key = "ask-named" if ask.value else "ask-unnamed"
        blocks.append(Note(say(catalog, key, what=what, whom=onboarding.told(ask), role=ask.label)))
    return tuple(blocks), answer, ()


def source_line(catalog: Catalog, sources: Sequence[str], owner: str, reviewed: date) -> Note:
    """Write where an answer comes from, who keeps it and when it was last read."""
    links = []
    for slug in sources:
        source = catalog.sources[slug]
        label = markup.escape(source.title)
        links.append(f"[{label}]({source.url})" if source.url else label)
    if len(links) > NAMED_SOURCES:
        links = [*links[: NAMED_SOURCES - 1], say(catalog, "more-sources", count=len(links) - NAMED_SOURCES + 1)]
    kept = say(catalog, "kept", owner=owner, reviewed=reviewed.isoformat())
    return Note(f"{catalog.replies['sources']} {', '.join(links)} · {kept}")


def _next(catalog: Catalog, answer: AnswerId, following: Sequence[str]) -> tuple[Buttons, ...]:
    wanted = [parse_id(text) for text in (*following, *_default_next(catalog, answer))]
    buttons: list[Button] = []
    for each in dict.fromkeys(wanted):
        if each == answer or len(buttons) == SUGGESTIONS or not exists(catalog, each) or uncovered(catalog, each):
            continue
        buttons.append(show_button(catalog, each))
    return (Buttons(tuple(buttons), say(catalog, "next")),) if buttons else ()


def _default_next(catalog: Catalog, answer: AnswerId) -> tuple[str, ...]:
    """Say where to go on when the content doesn't: the first step, the tools, the neighbours."""
    match answer.topics:
        case [topic]:
            others = [other for other in catalog.topics if other != topic]
            pair = next((f"compare {topic} {other}" for other in others if pair_of(catalog, (topic, other))), "compare")
            return (f"define {topic}", f"facet:start {topic}", pair)
        case [_, _, *_]:
            return tuple(f"define {topic}" for topic in answer.topics)
    if answer.kind.startswith("glossary:"):
        term = catalog.glossary.terms[answer.kind.partition(":")[2]]
        return (*(f"define {topic}" for topic in term.topics), "compare")
    return ("onboarding:first-week", "onboarding:who-to-ask") if answer.kind.startswith("onboarding:") else ()


def parse_id(text: str) -> AnswerId:
    """Read an answer id as content writes it: `facet:tools mlops`."""
    kind, *topics = text.split()
    return AnswerId(kind, tuple(topics))


def show_button(catalog: Catalog, answer: AnswerId) -> Button:
    """Make the button that shows an answer; the roadmap's starts the interview."""
    says = "/roadmap" if answer == AnswerId("roadmap") else f"/show {answer}"
    return Button(title(catalog, answer)[:75], says)


def _verdict(catalog: Catalog, ref: str) -> Buttons:
    return Buttons(
        (
            Button(say(catalog, "helpful"), f"/feedback {ref} up", "quiet"),
            Button(say(catalog, "not-helpful"), f"/feedback {ref} down", "quiet"),
            Button(say(catalog, "why-answer"), f"/explain {ref}", "quiet"),
        ),
        say(catalog, "feedback"),
    )


def distinct(catalog: Catalog, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Keep what is worth suggesting: answers that exist and are covered, one of each title, no small talk."""
    kept: dict[str, Candidate] = {}
    for each in candidates:
        if (
            exists(catalog, each.answer)
            and not each.answer.kind.startswith("smalltalk")
            and not uncovered(catalog, each.answer)
        ):
            kept.setdefault(title(catalog, each.answer), each)
    return tuple(kept.values())[:SUGGESTIONS]


def reasons(catalog: Catalog, match: Sure) -> tuple[str, ...]:
    """Say why a match was taken: what was understood, how sure that is, and what came next. Holds no typed words."""
    lines = [say(catalog, "why-understood", title=title(catalog, match.answer))]
    if match.answer.topics:
        lines.append(say(catalog, "why-topics", topics=names(catalog, match.answer.topics)))
    lines.append(say(catalog, "why-score", percent=round(100 * match.score)))
    if match.others:
        lines.append(say(catalog, "why-others", title=title(catalog, match.others[0].answer)))
    return tuple(lines)


def did_you_mean(catalog: Catalog, candidates: Sequence[Candidate]) -> Reply:
    """Ask back once, with human titles and a way out."""
    buttons = [show_button(catalog, candidate.answer) for candidate in candidates[:SUGGESTIONS]]
    none = Button(say(catalog, "none-of-these"), "/none", "quiet")
    return Reply((Text(say(catalog, "did-you-mean")), Buttons((*buttons, none), say(catalog, "did-you-mean-label"))))


def refusal(catalog: Catalog, reason: str, ask_human: str) -> Reply:
    """Decline in one honest line, say what is covered and whom to ask."""
    known = catalog.language.refusals
    lead = known[reason].lead if reason in known else say(catalog, "unknown")
    return Reply((Text(lead), covers(catalog), *_human(catalog, ask_human), *starters(catalog)))


def not_covered(catalog: Catalog, answer: AnswerId, missing: Sequence[str], ask_human: str) -> Reply:
    """Say honestly that a topic isn't covered yet, and offer the nearest that is."""
    lead = say(catalog, "not-covered", topics=names(catalog, missing))
    rest = [AnswerId("define", (topic,)) for topic in answer.topics if topic not in missing]
    buttons = [show_button(catalog, each) for each in rest if not uncovered(catalog, each)][:SUGGESTIONS]
    offers = (Buttons(tuple(buttons), say(catalog, "next")),) if buttons else starters(catalog)
    return Reply((Text(lead), covers(catalog), *_human(catalog, ask_human), *offers))


def covers(catalog: Catalog) -> Text:
    """Say what the content covers, in one line."""
    covered = [topic for topic, body in catalog.topics.items() if body.define]
    return Text(say(catalog, "covers", topics=names(catalog, covered), terms=len(catalog.glossary.terms)))


def _human(catalog: Catalog, ask_human: str) -> tuple[Note, ...]:
    channel = catalog.onboarding.team.fields.get("help_channel")
    whom = ask_human or (onboarding.told(channel) if channel else "")
    return (Note(say(catalog, "ask-human", whom=whom)),) if whom else ()


def starters(catalog: Catalog) -> tuple[Buttons, ...]:
    """Offer a few questions to begin with, and the roadmap."""
    starters = [parse_id(text) for text in catalog.replies["starters"].split(";")]
    shown = [each for each in starters if exists(catalog, each) and not uncovered(catalog, each)]
    buttons = [show_button(catalog, each) for each in shown]
    start = Button(say(catalog, "start-roadmap"), "/roadmap", "primary")
    return (Buttons((*buttons, start), say(catalog, "try")),)


def smalltalk(catalog: Catalog, slug: str) -> Reply:
    """Answer small talk; a greeting and a call for help show what can be asked."""
    canned = catalog.language.smalltalk[slug]
    blocks: list[Block] = [Text(canned.lead)]
    if canned.bullets:
        blocks.append(Bullets(canned.bullets))
    return Reply((*blocks, *(starters(catalog) if canned.bullets or slug == "greeting" else ())))


def why(catalog: Catalog, reasons: Sequence[str], answer: AnswerId) -> Reply:
    """Explain one answer to whoever asked: what was recognised, and who vouches for it."""
    blocks = (Text(say(catalog, "why-lead", title=title(catalog, answer))), Bullets(tuple(reasons)))
    return Reply(blocks, audience="asker")


def ask_reason(catalog: Catalog, ref: str) -> Reply:
    """Ask what was wrong with an answer."""
    buttons = [Button(say(catalog, f"reason-{r}"), f"/feedback {ref} down {r}") for r in FEEDBACK_REASONS]
    return Reply((Text(say(catalog, "ask-reason")), Buttons(tuple(buttons))), audience="asker")
