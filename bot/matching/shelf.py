"""Keep what was learned on disk, so that only the first start after a change of content pays for fitting.

A file that is missing, foreign or broken is never an error: the phrasings are learned anew. Must never
hold anything but numbers and text: loading runs no code.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
import numpy.typing as npt

from bot.matching.features import Features
from bot.matching.learned import Learned
from bot.matching.model import Branch, Model
from bot.matching.table import Table

KEPT = 4  # files: the shipped content, a team's, and the ones before

Bytes = npt.NDArray[np.uint8]


class Shelf:
    """A folder of learned things, each named by what it was learned from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str, table: Table) -> Learned | None:
        """Read what was learned under a key; None if it has to be learned."""
        try:
            with np.load(self._path(key), allow_pickle=False) as kept:
                return _unpack({name: kept[name] for name in kept.files}, table)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return None

    def put(self, key: str, learned: Learned) -> None:
        """Keep it, as one step; quietly not, where the folder can't be written."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
                try:
                    np.savez(part, allow_pickle=False, **_pack(learned))
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
    """Name what something is learned from: the content that is read, and the code that reads and fits it."""
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


def _pack(learned: Learned) -> dict[str, npt.NDArray[np.generic]]:
    features, model = learned.features, learned.model
    return {
        "grams": _text(features.places),
        "rarity": features.rarity,
        "middle": features.middle,
        "force": np.array([features.force], np.float32),
        "labels": _text(model.labels),
        "weights": model.weights,
        **_pack_branches(model.branches),
        "exact": _text(f"{name}\t{' '.join(words)}" for words, name in learned.exact.items()),
        "spoken": _text(f"{name}\t{' '.join(sorted(words))}" for name, words in learned.spoken.items()),
    }


def _pack_branches(branches: tuple[Branch, ...]) -> dict[str, npt.NDArray[np.generic]]:
    packed: dict[str, npt.NDArray[np.generic]] = {"branches": np.array([len(branches)])}
    for at, branch in enumerate(branches):
        packed |= {f"labels{at}": _text(branch.labels), f"places{at}": branch.places, f"weights{at}": branch.weights}
    return packed


def _unpack_branches(kept: Mapping[str, npt.NDArray[np.generic]], grams: int, meaning: int) -> Iterator[Branch]:
    for at in range(int(kept["branches"][0])):
        labels, places = tuple(_lines(kept[f"labels{at}"])), kept[f"places{at}"].astype(np.intp, copy=False)
        weights = kept[f"weights{at}"].astype(np.float32, copy=False)
        rising = bool((np.diff(places, prepend=-1, append=grams) > 0).all())
        if weights.shape != (len(places) + meaning + 1, len(labels)) or not rising or not np.isfinite(weights).all():
            raise ValueError("the parts don't fit together")
        yield Branch(labels, places, weights)


def _unpack(kept: Mapping[str, npt.NDArray[np.generic]], table: Table) -> Learned:
    grams, labels = _lines(kept["grams"]), tuple(_lines(kept["labels"]))
    numbers = {name: kept[name].astype(np.float32, copy=False) for name in ("rarity", "middle", "force", "weights")}
    shape = (len(grams) + table.size + 1, len(labels))
    if (
        numbers["weights"].shape != shape
        or len(numbers["rarity"]) != len(grams)
        or len(numbers["middle"]) != table.size
    ):
        raise ValueError("the parts don't fit together")
    if not all(bool(np.isfinite(part).all()) for part in numbers.values()):
        raise ValueError("not numbers")
    places = {gram: at for at, gram in enumerate(grams)}
    features = Features(places, numbers["rarity"], numbers["middle"], float(numbers["force"][0]), table)
    exact = [line.partition("\t") for line in _lines(kept["exact"])]
    spoken = [line.partition("\t") for line in _lines(kept["spoken"])]
    return Learned(
        features,
        Model(labels, numbers["weights"], tuple(_unpack_branches(kept, len(grams), table.size))),
        {tuple(words.split(" ")) if words else (): name for name, _, words in exact},
        {name: frozenset(words.split(" ")) for name, _, words in spoken},
    )


def _text(lines: Iterable[str]) -> Bytes:
    return np.frombuffer("\n".join(lines).encode("utf-8", "surrogatepass"), np.uint8)


def _lines(text: npt.NDArray[np.generic]) -> list[str]:
    return text.tobytes().decode("utf-8", "surrogatepass").split("\n")
