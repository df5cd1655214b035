"""Keep fitted weights on disk, so that only the first start after a change of content pays for fitting.

A file that is missing, foreign or broken is never an error: the model is fitted anew. Must never
hold anything but numbers: loading runs no code.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from bot.matching.model import Model

KEPT = 4  # files: the shipped content, a team's, and the ones before


class Shelf:
    """A folder of fitted models, each named by what it was fitted from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str) -> Model | None:
        """Read the model of a key; None if it has to be fitted."""
        try:
            with np.load(self._path(key), allow_pickle=False) as kept:
                return Model(tuple(kept["labels"].tolist()), kept["weights"])
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def put(self, key: str, model: Model) -> None:
        """Keep a model, as one step; quietly not, where the folder can't be written."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
                try:
                    np.savez(part, labels=np.array(model.labels), weights=model.weights)
                    part.close()
                    Path(part.name).replace(self._path(key))
                finally:
                    Path(part.name).unlink(missing_ok=True)
            self._tidy()

    def _path(self, key: str) -> Path:
        return self._folder / f"matcher-{key}.npz"

    def _tidy(self) -> None:
        """Keep the newest few."""
        found = sorted(self._folder.glob("matcher-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in found[KEPT:]:
            old.unlink(missing_ok=True)


def key(parts: Iterable[str]) -> str:
    """Name what a model is fitted from: the texts as they are seen, and the code that sees and fits them."""
    digest = hashlib.blake2b(_code(), digest_size=16)
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


@cache
def _code() -> bytes:
    digest = hashlib.blake2b(np.__version__.encode())
    for source in sorted(files("bot.matching").iterdir(), key=lambda each: each.name):
        if source.name.endswith((".py", ".npz")):
            digest.update(source.read_bytes())
    return digest.digest()
