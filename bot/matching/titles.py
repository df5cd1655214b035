"""The human title of an answer, as "did you mean" and buttons show it. Holds no words of its own."""

from __future__ import annotations

from bot.catalog.schema import AnswerId, Catalog


class Titles:
    """Titles from the catalog's shapes, terms and onboarding answers."""

    def __init__(self, catalog: Catalog) -> None:
        self._shapes = catalog.language.shapes
        self._topics = {id_: topic.name for id_, topic in catalog.topics.items()}
        self._terms = {id_: term.name for id_, term in catalog.glossary.terms.items()}
        self._welcomes = {id_: welcome.title for id_, welcome in catalog.onboarding.answers.answers.items()}

    def of(self, answer: AnswerId) -> str:
        """Return the title of an answer; empty when the catalog does not know its kind."""
        kind, _, rest = answer.kind.partition(":")
        if kind == "glossary" and rest:
            shape = self._shapes.get("glossary")
            return shape.title.replace("{t}", self._terms.get(rest, rest)) if shape else self._terms.get(rest, "")
        if kind == "onboarding":
            return self._welcomes.get(rest, "")
        if kind == "smalltalk":
            return rest
        shape = self._shapes.get(answer.kind)
        if shape is None:
            return ""
        names = [self._topics.get(topic, topic) for topic in answer.topics]
        if not names:
            return shape.bare or ""
        if ("{a}" in shape.title or "{b}" in shape.title) and len(names) < 2:
            return shape.bare or ""
        title = shape.title.replace("{topics}", _list(names))
        return title.replace("{a}", names[0]).replace("{b}", names[-1])


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else " and ".join((", ".join(names[:-1]), names[-1]))
