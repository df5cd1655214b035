"""Phrasings under two labels are told to curators."""

from __future__ import annotations

from bot.catalog.schema import Catalog
from bot.matching.collide import collisions


def test_the_same_words_under_two_labels_collide_and_in_another_order_nearly(catalog: Catalog) -> None:
    shapes = catalog.language.shapes
    why = shapes["facet:why"]
    twins = (*why.phrasings, "zebra quartz for {a}", "gizmo and widget {a}")
    cost = shapes["facet:cost"]
    others = (*cost.phrasings, "zebra quartz for {a}", "widget and gizmo {a}")
    changed = {
        "facet:why": why.model_copy(update={"phrasings": twins}),
        "facet:cost": cost.model_copy(update={"phrasings": others}),
    }
    language = catalog.language.model_copy(update={"shapes": dict(shapes) | changed})
    found = [each for each in collisions(catalog.model_copy(update={"language": language})) if len(each.texts) == 2]
    assert any(not each.near and "zebra quartz for {a}" in each.texts.values() for each in found)
    assert any(each.near and "widget and gizmo {a}" in each.texts.values() for each in found)
