"""Scores of many pairs at once are those of each pair alone."""

from __future__ import annotations

import numpy as np

from streams.detection.judge.similarity import compare
from streams.detection.sketch.sketches import NO_KEY, SKETCH, sketch_texts
from tests.detection.newsroom import cut, edited, story


def compared(this: np.void, other: np.void) -> tuple[float, float, float, int]:
    """The reference: two sketches, in plain Python."""
    a = {int(key) for key in this["frac"] if key != NO_KEY}
    b = {int(key) for key in other["frac"] if key != NO_KEY}
    equal = [x == y for x, y in zip(this["minhash"], other["minhash"], strict=True)]
    seen_a = [key for key in a if key <= other["frac_cover"]]
    seen_b = [key for key in b if key <= this["frac_cover"]]
    return (
        max(0.0, (sum(equal) / len(equal) - 1 / 256) / (1 - 1 / 256)),
        len(a & b) / max(1, len(seen_a)),
        len(a & b) / max(1, len(seen_b)),
        len(a & b),
    )


def test_pairs_compared_at_once_score_as_each_pair_alone() -> None:
    texts = ["", "one two three"]
    for seed, words in enumerate((8, 30, 100, 400, 900, 2500)):
        told = story(seed, words)
        texts += [told, edited(told, 0.1), cut(told, words // 3), f"{told} {story(seed + 50)}"]
    sketches = sketch_texts(texts)
    this, other = (a.ravel() for a in np.indices((len(texts), len(texts))))
    scores = compare(sketches[this], sketches[other])
    found = list(
        zip(
            scores.jaccard.tolist(),
            scores.of_this.tolist(),
            scores.of_other.tolist(),
            scores.shared_keys.tolist(),
            strict=True,
        )
    )
    pairs = zip(this.tolist(), other.tolist(), strict=True)
    assert found == [compared(sketches[i], sketches[j]) for i, j in pairs]
    assert max(scores.of_this) <= 1
    assert max(scores.of_other) <= 1


def test_a_key_beyond_the_others_reach_is_not_counted() -> None:
    long, short = np.zeros(2, SKETCH)
    long["frac"], short["frac"] = NO_KEY, NO_KEY
    long["frac"][:4], long["frac_cover"] = (10, 20, 30, 40), 40
    short["frac"][:2], short["frac_cover"] = (10, 20), 25  # whatever it has above 25 is unknown
    scores = compare(np.array([short]), np.array([long]))
    assert (scores.of_this[0], scores.of_other[0]) == (1.0, 1.0)


def test_no_pairs_have_no_scores() -> None:
    assert len(compare(np.zeros(0, SKETCH), np.zeros(0, SKETCH)).jaccard) == 0
