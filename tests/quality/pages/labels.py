"""Lines of pages, each with its share that belongs to the article: the targets of the weights."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.articles.outlets import Outlets
from streams.articles.pages.embedded_articles import cards_of
from streams.articles.pages.features import Matrix, features_of
from streams.articles.pages.kinds import kinds_of
from streams.articles.pages.lines import Line, lines_of
from streams.articles.pages.page_lines import page_lines
from tests.quality.pages.built import Ingredients
from tests.quality.pages.extraction import WORD, shingles
from tests.quality.pages.trees import line_weights

Vector = NDArray[np.float64]
NEIGHBOURS = 3


@dataclass(frozen=True)
class LabelledLines:
    """A page's lines: `share` of each in the article, 0 to 1, and how much it `weighs`."""

    site: str
    lines: list[Line]
    features: Matrix
    share: Vector
    weight: Vector


def of_real_page(text: str, body: str, site: str, factor: float) -> LabelledLines | None:
    """A stripped page, with its lines' weights times `factor`; None if it has no line."""
    lines = lines_of(text)
    return _labelled(site, lines, shares(lines, body), factor) if lines else None


def of_built_page(
    text: str, made_of: Ingredients, outlets: Outlets, site: str, factor: float
) -> LabelledLines:
    """The lines of a built page above its first embedded article."""
    lines = lines_of(text)
    page = page_lines(lines)
    kinds = kinds_of(page, features_of(page), outlets)
    if cards := cards_of(lines, kinds, made_of.now, outlets):
        lines = lines[: cards[0].header.start]
    story = {" ".join(p.split()) for n in (1, 2, 3, 4) for p in made_of.main.paragraphs(n)}
    share = [
        float(line.text in story or (len(line.text) > 30 and any(line.text in p for p in story)))
        for line in lines
    ]
    return _labelled(site, lines, np.array(share), factor)


def _labelled(site: str, lines: list[Line], share: Vector, factor: float) -> LabelledLines:
    words = np.array([len(WORD.findall(line.text)) for line in lines], dtype=np.float64)
    features = features_of(page_lines(lines))
    return LabelledLines(site, lines, features, share, factor * line_weights(words))


def shares(lines: list[Line], body: str) -> Vector:
    """Share of each line's runs of four words that the article has.

    A line of fewer words counts only beside lines of the article; of lines that stand there more
    often than in the article, those in the company of most of it.
    """
    words = [WORD.findall(line.text) for line in lines]
    wanted, flat = shingles(body), f" {' '.join(WORD.findall(body))} "
    share = np.zeros(len(lines))
    for at, (line, found) in enumerate(zip(lines, words, strict=True)):
        if len(found) >= 4:
            runs = shingles(line.text)
            share[at] = sum(n for run, n in runs.items() if run in wanted) / runs.total()
    long = np.array([len(found) >= 4 for found in words])
    result = share.copy()
    for at, found in enumerate(words):
        near = slice(max(0, at - NEIGHBOURS), at + NEIGHBOURS + 1)
        beside = share[near][long[near]]
        if 0 < len(found) < 4 and f" {' '.join(found)} " in flat and len(beside):
            result[at] = float((beside > 0.5).mean() > 0.5)
    return _without_repeats(result, words, flat)


def _without_repeats(share: Vector, words: list[list[str]], flat: str) -> Vector:
    counts = np.array([min(len(found), 60) for found in words])
    company = np.convolve(share * counts, np.ones(21), "same")
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, found in enumerate(words):
        if found and share[at] > 0.5:
            places[tuple(found)].append(at)
    for phrase, repeats in places.items():
        allowed = max(1, flat.count(f" {' '.join(phrase)} "))
        for at in sorted(repeats, key=lambda at: -company[at])[allowed:]:
            share[at] = 0
    return share
