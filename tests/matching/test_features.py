"""Vectors must not depend on the process: the same catalog gives the same matcher everywhere."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SCRIPT = """
from bot.matching.features import Features, View
from bot.matching.table import table
words = ("why", "does", "build", "fail")
views = [View(tuple(f"{word}{n % 7}" for word in words), (), ("build",), 0) for n in range(30)]
bag = Features.of(views, table())[0].bag(views[3])
print((bag.places.tobytes() + bag.weights.tobytes() + bag.meaning.tobytes()).hex())
"""


def told(seed: str) -> str:
    env = os.environ | {"PYTHONHASHSEED": seed}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_bag_is_the_same_in_every_process(seed: str) -> None:
    assert told("0") == told(seed) != ""
