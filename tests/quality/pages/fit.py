"""`python -m tests.quality.pages.fit`: fit the weights of the story networks again.

Real pages in five conversions and built ones; numpy only, a few minutes. The same data give the
same weights.
"""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import streams.articles
from streams.articles.outlets import outlets
from streams.articles.pages.features import NAMES, Matrix
from streams.articles.pages.line_classifier import Network, surroundings, whole_page
from streams.articles.pages.page_lines import page_lines
from tests.quality.pages.built import ingredients
from tests.quality.pages.corpus import NOW, benchmark_pages, stories
from tests.quality.pages.labels import LabelledLines, of_built_page, of_real_pages
from tests.quality.pages.layouts import WITH_EMBEDDED, WITHOUT_EMBEDDED

Vector = NDArray[np.float64]

MODEL = Path(streams.articles.__file__).parent / "data" / "story_model.json"
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 16, 12, 2048, 3e-3, 1e-4
INNER_FOLDS = 3
BUILT_PAGES_A_LAYOUT = 15
WEIGHT_STEPS = 256


def training_pages() -> list[LabelledLines]:
    """All that weights are fitted to."""
    table, rng = outlets(), random.Random("fit")
    pages = list(of_real_pages(benchmark_pages()))
    for layout in (*WITH_EMBEDDED.values(), *WITHOUT_EMBEDDED.values()):
        for n in range(BUILT_PAGES_A_LAYOUT):
            embedded = rng.choice((1, 2, 3)) if layout in WITH_EMBEDDED.values() else 0
            made_of = ingredients(stories()[::2], rng, NOW, embedded)
            name = f"{layout.__name__} {n}"
            pages.append(of_built_page(layout(made_of), made_of, table, name))
    return pages


def fit(pages: list[LabelledLines]) -> tuple[Network, Network]:
    """Both networks. The second learns from what the first thinks of pages it has not seen."""
    names = sorted({page.page for page in pages})
    fold = {name: n % INNER_FOLDS for n, name in enumerate(names)}
    near = [surroundings(page.features) for page in pages]
    opinions: list[Vector] = [np.zeros(0)] * len(pages)
    for unseen in range(INNER_FOLDS):
        seen = [n for n, page in enumerate(pages) if fold[page.page] != unseen]
        network = _network([near[n] for n in seen], [pages[n] for n in seen])
        for n, page in enumerate(pages):
            if fold[page.page] == unseen:
                opinions[n] = network(near[n])
    whole = [
        whole_page(page_lines(page.lines), page.features, opinion)
        for page, opinion in zip(pages, opinions, strict=True)
    ]
    return _network(near, pages), _network(whole, pages)


def _network(inputs: list[Matrix], pages: list[LabelledLines]) -> Network:
    """Fit one network by Adam to the weighted cross-entropy."""
    rng = np.random.default_rng(0)
    x, y = np.vstack(inputs), np.concatenate([page.share for page in pages])
    weights = np.concatenate([page.weight for page in pages])
    weights = weights / weights.mean()
    parameters = [
        rng.normal(0, 1 / np.sqrt(x.shape[1]), (x.shape[1], HIDDEN)),
        np.zeros(HIDDEN),
        rng.normal(0, 1 / np.sqrt(HIDDEN), HIDDEN),
        np.zeros(1),
    ]
    means, squares = ([np.zeros_like(p) for p in parameters] for _ in range(2))
    step, steps = 0, EPOCHS * (len(x) // BATCH + 1)
    for _ in range(EPOCHS):
        order = rng.permutation(len(x))
        for start in range(0, len(x), BATCH):
            batch = order[start : start + BATCH]
            step += 1
            rate = RATE * (1 - step / (steps + 1))
            slopes = _slopes(parameters, x[batch], y[batch], weights[batch])
            for at, slope in enumerate(slopes):
                means[at] += 0.1 * (slope - means[at])
                squares[at] += 0.001 * (slope * slope - squares[at])
                size = np.sqrt(squares[at] / (1 - 0.999**step)) + 1e-8
                parameters[at] -= rate * means[at] / (1 - 0.9**step) / size
    hidden, bias, out, out_bias = (np.round(p * WEIGHT_STEPS) / WEIGHT_STEPS for p in parameters)
    return Network(hidden, bias, out, float(out_bias[0]))


def _slopes(parameters: list[Vector], x: Matrix, y: Vector, weights: Vector) -> list[Vector]:
    hidden, bias, out, out_bias = parameters
    before = x @ hidden + bias
    active = np.maximum(before, 0)
    probability = 1 / (1 + np.exp(-(active @ out + out_bias[0])))
    error = (probability - y) * weights / len(y)
    back = np.outer(error, out) * (before > 0)
    return [
        x.T @ back + DECAY * hidden,
        back.sum(axis=0),
        active.T @ error + DECAY * out,
        np.array([error.sum()]),
    ]


def stored(networks: tuple[Network, Network]) -> str:
    """The networks as the data file holds them."""

    def whole(values: Vector | float) -> list[int]:
        return np.round(np.asarray(values) * WEIGHT_STEPS).astype(int).ravel().tolist()

    content: dict[str, object] = {"features": list(NAMES)}
    for name, network in zip(("first", "second"), networks, strict=True):
        content[name] = {
            "hidden": whole(network.hidden),
            "hidden_bias": whole(network.hidden_bias),
            "out": whole(network.out),
            "out_bias": whole(network.out_bias),
        }
    return json.dumps(content) + "\n"


if __name__ == "__main__":
    MODEL.write_text(stored(fit(training_pages())), encoding="utf-8")
