"""How much of a page's article is found: the measure of Zyte's article extraction benchmark."""

from __future__ import annotations

import gzip
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LabelledPage:
    """A page and its true article text."""

    name: str
    html: str
    body: str
    url: str | None = None


def benchmark(path: Path) -> list[LabelledPage]:
    """The pages of the benchmark's archive."""
    with tarfile.open(path) as archive:
        files = {
            member.name.split("/", 1)[-1]: file.read()
            for member in archive
            if (file := archive.extractfile(member))
        }
    truth = json.loads(files["ground-truth.json"])
    return [
        LabelledPage(
            name,
            gzip.decompress(files[f"html/{name}.html.gz"]).decode(),
            page["articleBody"],
            page.get("url"),
        )
        for name, page in sorted(truth.items())
    ]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Multiset of runs of four words; a shorter text is one run."""
    words = WORD.findall(text)
    return (
        Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)))
        if words
        else Counter()
    )


def shingle_f1(pairs: Iterable[tuple[str, str]]) -> float:
    """F1 of mean precision and mean recall over (true text, found text) pairs."""
    precisions, recalls = [], []
    for true, found in pairs:
        wanted, got = shingles(true), shingles(found)
        common = (wanted & got).total()
        if got:
            precisions.append(common / got.total())
        if wanted:
            recalls.append(common / wanted.total())
    precision, recall = mean(precisions or [0.0]), mean(recalls or [0.0])
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def token_f1(true: str, found: str) -> float:
    """F1 of the bags of words of two texts."""
    wanted, got = (Counter(WORD.findall(text.lower())) for text in (true, found))
    return 2 * (wanted & got).total() / max(1, wanted.total() + got.total())
