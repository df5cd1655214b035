"""The advisor for machines: one JSON object in, one out, without a store or a thread.

Also how quality is measured, so its shape is kept stable (README, "For machines").
Must never remember anything between two questions but what `previous` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import answers, dialogue
from bot.catalog.schema import AnswerId, Catalog
from bot.chat import Reply
from bot.matching.match import Candidate, Context, Match, NoIdea, Sure, Unsure
from bot.matching.matcher import Matcher

REFUSED = AnswerId("oos")


def ask(catalog: Catalog, matcher: Matcher, request: dict[str, Any], *, ask_human: str = "") -> dict[str, Any]:
    """Answer one question as a JSON object: `{"id", "text", "previous": [...]}` in.

    Out: id, outcome (answer, choice or refuse), kind, topics, score, candidates, answers, text,
    sources; or `{"id", "error"}` where the request doesn't fit.
    """
    said, previous = request.get("text"), request.get("previous") or []
    if not isinstance(said, str) or not isinstance(previous, list) or not all(isinstance(p, str) for p in previous):
        return {"id": request.get("id"), "error": '"text" must be a string and "previous" a list of strings'}
    context = Context()
    for earlier in previous:
        context = matcher.after(matcher.match(earlier, context), context)
    return {"id": request.get("id")} | _told(catalog, matcher.match(said, context), ask_human)


def _told(catalog: Catalog, matches: Sequence[Match], ask_human: str) -> dict[str, Any]:
    given = [match for match in matches if isinstance(match, Sure)]
    covered = [match for match in given if not answers.uncovered(catalog, match.answer)]
    unsure = next((match for match in matches if isinstance(match, Unsure)), None)
    if covered:
        first = covered[0]
        replies = [_reply(catalog, match.answer) for match in covered]
        chosen = [_seen(match.answer) for match in covered]
        return _row("answer", first.answer, first.score, first.others, replies, chosen, catalog)
    candidates = answers.distinct(catalog, unsure.candidates) if unsure else ()
    if candidates and not given:
        best = candidates[0]
        reply = answers.did_you_mean(catalog, candidates)
        return _row("choice", best.answer, best.score, candidates, [reply], [], catalog)
    if given:
        missing = answers.uncovered(catalog, given[0].answer)
        reply = answers.not_covered(catalog, given[0].answer, missing, ask_human)
        return _row("refuse", REFUSED, given[0].score, given[0].others, [reply], [], catalog)
    refused = next((match for match in matches if isinstance(match, NoIdea)), NoIdea("unknown"))
    reply = answers.refusal(catalog, refused.reason, ask_human)
    return _row("refuse", REFUSED, refused.score, refused.candidates, [reply], [], catalog)


def _reply(catalog: Catalog, answer: AnswerId) -> Reply:
    if answer.kind.startswith("smalltalk:"):
        return answers.smalltalk(catalog, answer.kind.partition(":")[2])
    if answer.kind == "roadmap":
        return dialogue.invite(catalog, answer.topics)
    return answers.compose(catalog, answer, "-")


def _seen(answer: AnswerId) -> dict[str, Any]:
    kind = "smalltalk" if answer.kind.startswith("smalltalk:") else answer.kind
    return {"kind": kind, "topics": list(answer.topics)}


def _row(
    outcome: str,
    answer: AnswerId,
    score: float,
    candidates: Sequence[Candidate],
    replies: Sequence[Reply],
    chosen: Sequence[dict[str, Any]],
    catalog: Catalog,
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        **_seen(answer),
        "score": round(float(score), 4),
        "candidates": [
            {**_seen(each.answer), "title": answers.title(catalog, each.answer), "score": round(float(each.score), 4)}
            for each in candidates
        ],
        "answers": list(chosen),
        "text": "\n\n".join(reply.plain for reply in replies),
        "sources": _sources(catalog, chosen),
    }


def _sources(catalog: Catalog, chosen: Sequence[dict[str, Any]]) -> list[str]:
    slugs: dict[str, None] = {}
    for each in chosen:
        answer = AnswerId(each["kind"], tuple(each["topics"]))
        if answer.kind not in ("smalltalk", "roadmap"):
            slugs |= dict.fromkeys(answers.sources_of(catalog, answer))
    return [catalog.sources[slug].url or catalog.sources[slug].title for slug in slugs]
