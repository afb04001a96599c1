"""The quality of detection in figures, compared with the ones that are kept.

Labelled articles, perturbations with known answers, unrelated text, estimates against exact
values, and what it costs. Figures of time are shown and not compared: machines differ.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from streams.detection.decide import decide
from streams.detection.index.key_index import Index, Keys
from streams.detection.index.state import ShardState, bytes_an_article
from streams.detection.judge.similarity import compare
from streams.detection.parameters import Parameters
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.verdict import VerdictWriter
from streams.evaluation.labelled import Labelled, read_labelled
from streams.evaluation.run import CLAIMS, run
from streams.heap import freeze_gc, keep_freed_memory
from streams.settings import load_settings
from tests.detection.newsroom import NOON, SECOND, Arrival, article, chunk_of
from tests.quality.kept import is_time
from tests.quality.perturbations import ALL, Base, Perturbation

DATA = Path(__file__).parents[3] / "shared" / "data"
KEPT = Path(__file__).parent / "figures" / "detection.json"
# How much worse than kept a figure may be: what another order of articles may change.
TOLERANCE = 0.005

Figures = dict[str, float]


def main(keep: bool) -> int:
    """Measure all; -> the exit code. With `keep`, the figures replace the kept ones."""
    if not DATA.is_dir():
        print(f"no labelled articles in {DATA}: nothing to measure")
        return 0
    kept: Figures = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    figures = measured()
    for name, value in figures.items():
        print(f"{name:60} {value:10.4f}   kept {kept.get(name, float('nan')):10.4f}")
    if keep:
        lasting = {name: value for name, value in figures.items() if not is_time(name)}
        KEPT.write_text(json.dumps(lasting, indent=2) + "\n")
        return 0
    worse = [name for name in figures if name in kept and is_worse(name, figures[name], kept[name])]
    for name in worse:
        print(f"worse than kept: {name}: {figures[name]} instead of {kept[name]}")
    return len(worse)


def is_worse(name: str, value: float, kept: float) -> bool:
    lower_is_better = name.startswith(("false", "bytes", "error"))
    return value > kept + TOLERANCE if lower_is_better else value < kept - TOLERANCE


def measured() -> Figures:
    figures: Figures = {}
    news, reuters = (
        read_labelled(DATA / f"{name}.docs.jsonl.xz", DATA / f"{name}.pairs.jsonl.xz")
        for name in ("newsarticles", "reuters")
    )
    for name, labelled in (("newsarticles", news), ("reuters", reuters)):
        outcome = run(labelled, load_settings(), Parameters(), by_time=True)
        figures[f"{name}: story pairs, F1"] = round(outcome.story_score.f1, 4)
        figures[f"{name}: stories, ARI"] = round(outcome.rand_index, 4)
        if labelled is news:
            false = outcome.story_score.wrong / len(labelled.documents) * 10_000
            figures["false pairs per 10,000 unrelated articles"] = round(false, 4)
    no_window = Parameters(window_seconds=10**10)
    outcome = run(reuters, load_settings(), no_window, by_time=False)
    figures["reuters, no window: story pairs, F1"] = round(outcome.story_score.f1, 4)
    figures |= perturbed(long_texts(news), 60)
    figures |= estimates(long_texts(news))
    figures |= costs(long_texts(news))
    return figures


def long_texts(labelled: Labelled) -> list[str]:
    """Articles of 150 to 900 words with numbers in them, that resemble no other."""
    alone = (d["text"] for d in labelled.documents.values() if d["cluster"] < 0)
    return [t for t in alone if 150 <= len(t.split()) <= 900 and sum(c.isdigit() for c in t) >= 8]


def perturbed(texts: list[str], count: int) -> Figures:
    """Change `count` articles in every way; the detector knows them and as many others."""
    chance = random.Random(11)
    chosen = chance.sample(texts, 6 * count)
    known, strangers = chosen[: 2 * count], chosen[2 * count :]
    state, writer = ShardState(Parameters(capacity=1 << 12)), VerdictWriter(Parameters())
    arrivals = [Arrival(article(f"known {i}", t), NOON, i) for i, t in enumerate(known)]
    state.apply(decide(state, chunk_of(arrivals), writer).segment)
    right = wrong = missed = relations = answers = 0
    figures: Figures = {}
    for kind in ALL:
        good = 0
        for i in range(count):
            others = [known[(i + k) % len(known)] for k in range(1, 4)]
            base = Base(known[i], others, chance.sample(strangers, 8), chance)
            verdict = judged(state, writer, kind, base, i)
            names = {f"known {i}"} if kind.linked else set()
            names |= {f"known {(i + k) % len(known)}" for k in range(1, kind.also_linked + 1)}
            wanted = {article(name, "")["article_id"] for name in names}
            claimed = {m["article_id"] for m in verdict["matches"] if m["relation"] in CLAIMS}
            right += len(wanted & claimed)
            missed += len(wanted - claimed)
            wrong += len(claimed - wanted)
            good += verdict["relation"] == kind.relation
        figures[f"relation right: {kind.name}"] = round(good / count, 4)
        relations, answers = relations + good, answers + count
    figures["perturbations: pairs, F1"] = round(2 * right / (2 * right + wrong + missed), 4)
    figures["perturbations: relation right"] = round(relations / answers, 4)
    return figures


def judged(
    state: ShardState, writer: VerdictWriter, kind: Perturbation, base: Base, i: int
) -> dict[str, Any]:
    """The verdict on one changed article alone."""
    made = article(f"{kind.name} {i}", kind.change(base), source="other.example")
    decision = decide(state, chunk_of([Arrival(made, NOON + SECOND, 10**6)]), writer)
    verdict: dict[str, Any] = orjson.loads(decision.enriched[0])["detection"]
    return verdict


def estimates(texts: list[str]) -> Figures:
    """Jaccard estimated from sketches against the exact one, in standard errors."""
    chance = random.Random(5)
    errors = []
    for text in texts[:300]:
        words = text.split()
        for at in chance.sample(range(len(words)), round(chance.random() * 0.3 * len(words))):
            words[at] = chance.choice(words)
        exact = exact_jaccard(text, " ".join(words))
        found = compare(*sketch_texts([text, " ".join(words)]).reshape(2, 1)).jaccard[0]
        errors.append((found - exact) / max(1e-9, np.sqrt(exact * (1 - exact) / 128)))
    inside = float(np.mean(np.abs(errors) <= 2))
    return {"estimates within two standard errors": round(inside, 4)}


def exact_jaccard(one: str, other: str) -> float:
    a, b = (set(zip(w, w[1:], w[2:], strict=False)) for w in (words(one), words(other)))
    return len(a & b) / len(a | b)


def words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def costs(texts: list[str]) -> Figures:
    made = [" ".join((texts[i] + " " + texts[i + 1]).split()[:540]) for i in range(0, 1000, 2)]
    copies = random.Random(3).sample(range(500), 175)
    for place in copies:
        made[place] = made[place // 2]
    articles = [article(str(i), text) for i, text in enumerate(made)]
    chunk = chunk_of([Arrival(a, NOON + i, i) for i, a in enumerate(articles)])
    writer = VerdictWriter(Parameters())
    keep_freed_memory()  # as a worker does
    freeze_gc()

    def verdicts() -> None:
        state = ShardState(Parameters(capacity=1 << 12))
        state.apply(decide(state, chunk, writer).segment)

    sketched, decided = fastest(lambda: sketch_texts(made)), fastest(verdicts)
    return {
        "us, text to verdict, 540 words": round((sketched + decided) / len(made) * 1e6, 1),
        "us, index query and insert at 1,000,000 articles": round(index_cost() * 1e6, 1),
        "bytes an article in the window": round(bytes_an_article(Parameters())),
    }


def index_cost() -> float:
    """Seconds an article, of a table as for a window of 2^20 articles, full of random keys."""
    index, chance = Index(1 << 24), np.random.default_rng(1)
    index.words[:] = chance.integers(1, 1 << 32, index.words.shape, dtype=np.uint32)
    keys = [
        Keys(
            np.repeat(np.arange(500), 64),
            chance.integers(0, 1 << 63, 32_000, dtype=np.uint64),
            np.full(32_000, 2),
        )
        for _ in range(6)
    ]
    spent = []
    for i, batch in enumerate(keys):
        serials = np.arange(500) + 1_000_000 + 500 * i
        started = time.perf_counter()
        index.candidates(batch, serials)
        index.insert(batch, serials)
        spent.append(time.perf_counter() - started)
    return min(spent) / 500


def fastest(work: Callable[[], object], rounds: int = 20) -> float:
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)
