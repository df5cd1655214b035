"""The static word table: a vector and a frequency for each of 31,000 words.

Read once, from the file beside this module (see NOTICE.md). Must never be written to.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


class Table:
    """Word vectors whose normalised sum is a sentence's vector; rare words weigh more by construction."""

    def __init__(self, words: list[str], vectors: Floats, zipf: dict[str, float]) -> None:
        self._index = {word: at for at, word in enumerate(words)}
        self._vectors = vectors
        self.zipf = zipf
        self.size = int(vectors.shape[1])

    def vector(self, words: Iterable[str]) -> Floats:
        """Return a sentence's vector, length 1; zeros when no word is known."""
        rows = [self._index[word] for word in words if word in self._index]
        if not rows:
            return np.zeros(self.size, np.float32)
        total: Floats = self._vectors[rows].sum(axis=0)
        norm = float(np.sqrt(total @ total))
        return total / norm if norm > 0 else total

    def raw(self, word: str) -> Floats:
        """Return a known word's vector, as long as it weighs."""
        row: Floats = self._vectors[self._index[word]]
        return row

    def vectors(self, texts: Sequence[Iterable[str]]) -> Floats:
        """Return the vectors of many sentences, a row each."""
        out = np.zeros((len(texts), self.size), np.float32)
        for at, words in enumerate(texts):
            rows = [self._index[word] for word in words if word in self._index]
            if rows:
                self._vectors.take(rows, axis=0).sum(axis=0, out=out[at])
        out /= np.sqrt(np.einsum("ij,ij->i", out, out)).clip(1e-6)[:, None]
        return out


@cache
def table() -> Table:
    """Read the table that comes with the matcher."""
    data = np.load(io.BytesIO(files("bot.matching").joinpath("table.npz").read_bytes()))
    words = data["words"].tobytes().decode().split("\n")
    vectors = data["q"].astype(np.float32) * data["scale"].astype(np.float32)[:, None]
    zipf = dict(zip(words, data["zipf"].astype(float).tolist(), strict=True))
    return Table(words, vectors, zipf)
