"""`python -m tests.quality.pages.html_fit`: fit what reads HTML pages again.

LightGBM grows the trees, in half an hour on one core; the same data give the same model. Sites are
kept together: an opinion that the second forest learns from is of a site that the first has not
seen, and what a word of a class says to a page was learned without that page.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import streams.articles
from streams.articles.pages import block_context, block_features
from streams.articles.pages.block_context import context_of
from streams.articles.pages.block_features import Blocks, blocks_of
from streams.articles.pages.elements import Hashes, Vector, word_hash
from streams.articles.pages.html_line_classifier import model_of
from streams.articles.pages.words import slot
from tests.quality.pages.html_corpus import HtmlRows, rows_of, wcxb_pages, zyte_pages
from tests.quality.pages.trees import (
    SETTINGS,
    grow,
    line_weights,
    rows_in,
    stored,
    unseen_opinions,
)

MODEL = Path(streams.articles.__file__).parent / "data" / "html_model.json"
TREES, INNER_FOLDS = 100, 3
# A word of classes counts from so many pages on, beside so many that say nothing.
LEAST_PAGES, SILENT_PAGES, PRIOR = 5, 3.0, 0.3
WEAKEST, STRONGEST, WORD_STEPS = 0.4, 3.0, 64
WHOLE_PAGE = 0.8  # as in `elements`
_TOKEN = re.compile(
    rb"""(?:class|id|role|itemprop|data-testid|data-component)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
    re.IGNORECASE,
)


class ClassWords:
    """What the words of classes say of the text in their elements, learned from pages."""

    def __init__(self, pages: Sequence[HtmlRows]) -> None:
        self.sums: Counter[int] = Counter()
        self.pages: Counter[int] = Counter()
        self.rates = {id(page): _rates(page) for page in pages}
        for rates in self.rates.values():
            self.sums.update(rates)
            self.pages.update(rates.keys())
        kept = [word for word, pages_ in self.pages.items() if pages_ >= LEAST_PAGES]
        self.hashes = np.zeros(1 << (4 * len(kept) + 4).bit_length(), dtype=np.uint64)
        self.place = {}
        for word in kept:
            self.place[word] = slot(self.hashes, np.uint64(word))
            self.hashes[self.place[word]] = np.uint64(word)
        self.weights = np.zeros(len(self.hashes))
        for word, at in self.place.items():
            self.weights[at] = _weight(self.sums[word], self.pages[word])

    def table(self, without: HtmlRows | None = None) -> tuple[Hashes, Vector]:
        """As a page sees it that was not learned from."""
        if without is None:
            return self.hashes, self.weights
        weights = self.weights.copy()
        for word, rate in self.rates[id(without)].items():
            if word in self.place:
                weights[self.place[word]] = _weight(self.sums[word] - rate, self.pages[word] - 1)
        return self.hashes, weights

    def named(self, names: Iterable[str]) -> dict[str, int]:
        """-> word: weight in steps, strongest first."""
        found = {}
        for name in names:
            at = self.place.get(int(word_hash(name)))
            if at is not None and self.weights[at]:
                found[name] = round(self.weights[at] * WORD_STEPS)
        return dict(sorted(found.items(), key=lambda item: (-abs(item[1]), item[0])))


def _rates(page: HtmlRows) -> dict[int, float]:
    """Word -> share of the text in elements of it that is the story's."""
    nodes, words = page.markup.nodes, page.words() + 1
    story = np.concatenate(([0.0], np.cumsum(words * page.share)))
    told = np.concatenate(([0.0], np.cumsum(words)))
    held, own = (sums[nodes[6]] - sums[nodes[5]] for sums in (told, story))
    at = page.markup.word_nodes
    counts = (held[at] > 0) & (held[at] < WHOLE_PAGE * told[-1])
    found, inverse = np.unique(page.markup.words[counts], return_inverse=True)
    size = len(found)
    rate = np.bincount(inverse, own[at[counts]], size) / np.maximum(
        np.bincount(inverse, held[at[counts]], size), 1
    )
    return dict(zip(found.tolist(), rate.tolist(), strict=True))


def _weight(total: float, pages: int) -> float:
    if pages < LEAST_PAGES:
        return 0.0
    rate = (total + SILENT_PAGES * PRIOR) / (pages + SILENT_PAGES)
    weight = float(np.clip(_logit(rate) - _logit(PRIOR), -STRONGEST, STRONGEST))
    return round(weight * WORD_STEPS) / WORD_STEPS if abs(weight) >= WEAKEST else 0.0


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _blocks(page: HtmlRows, table: tuple[Hashes, Vector]) -> Blocks:
    return blocks_of(
        page.markup, page.columns, page.features, page.page_lines.repeats, page.evidence, table
    )


def fit(pages: Sequence[HtmlRows], names: Iterable[str]) -> dict[str, Any]:
    """-> what the data file holds. `names`: the words of classes, so that these can be stored."""
    table = ClassWords(pages)
    blocks = [_blocks(page, table.table(page)) for page in pages]
    share = [page.share for page in pages]
    weight = [line_weights(page.words()) for page in pages]
    matrices = [rows_in(block.steps) for block in blocks]
    folds = [page.page.fold(INNER_FOLDS, "inner") for page in pages]
    opinions = unseen_opinions(SETTINGS, TREES, matrices, share, weight, folds)
    whole = [
        rows_in(np.concatenate([context_of(block, page.page_lines, opinion), block.steps]))
        for block, page, opinion in zip(blocks, pages, opinions, strict=True)
    ]
    return {
        "features": [*block_context.NAMES, *block_features.NAMES],
        "words": table.named(names),
        "first": stored(grow(SETTINGS, TREES, matrices, share, weight)),
        "second": stored(grow(SETTINGS, TREES, whole, share, weight)),
    }


def class_names(pages: Sequence[HtmlRows]) -> set[str]:
    """All words of classes and each two that one name joins, as the reader's loop finds them."""
    names: set[str] = set()
    for page in pages:
        for match in _TOKEN.finditer(page.markup.data):
            for token in next((v for v in match.groups() if v), b"").split():
                words = list(_words(token))
                names.update(words)
                names.update(f"{a}-{b}" for a, b in pairwise(words))
    return names


def _words(token: bytes) -> Iterator[str]:
    for letters in re.findall(rb"[A-Za-z]+", token):
        start = 0
        for at in range(1, len(letters) + 1):
            if at == len(letters) or (letters[at] < 97 and letters[at - 1] >= 97):
                word = letters[start:at].lower().decode()
                start = at
                if 3 <= len(word) <= 24:
                    yield word


def training_pages() -> list[HtmlRows]:
    """All that is fitted to."""
    return [rows for page in (*wcxb_pages(), *zyte_pages()) if (rows := rows_of(page)) is not None]


if __name__ == "__main__":
    training = training_pages()
    model = fit(training, class_names(training))
    model_of(model)
    MODEL.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
