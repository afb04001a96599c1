"""Sketches estimate exact sets of word n-grams, whatever other texts are in their batch."""

from __future__ import annotations

import random
import re
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.judge.similarity import compare
from streams.detection.sketch.fingerprint import shingles
from streams.detection.sketch.sketches import (
    ALGORITHM,
    FRAC_LEAST,
    FRAC_LIMIT,
    FRAC_MOST,
    NO_KEY,
    PERMUTATIONS,
    Sketches,
    sketch_texts,
)
from streams.detection.sketch.tokens import tokens_of
from tests.detection.newsroom import cut, edited, story

Grams = set[tuple[str, ...]]


def grams(text: str, width: int) -> Grams:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + width]) for i in range(len(words) - width + 1)}


def jaccard(a: str, b: str) -> float:
    one, two = grams(a, 3), grams(b, 3)
    return len(one & two) / len(one | two)


@cache
def pairs() -> list[tuple[str, str]]:
    """Texts and edited versions, from almost identical to almost unrelated."""
    chance = random.Random(3)
    made = []
    for seed in range(240):
        told = story(seed, chance.randint(60, 500))
        made.append((told, edited(told, chance.uniform(0, 0.4), seed)))
    return made


def estimated(pairs: list[tuple[str, str]]) -> np.ndarray:
    one, two = sketch_texts([a for a, _ in pairs]), sketch_texts([b for _, b in pairs])
    return compare(one, two).jaccard


def standard_error(exact: float) -> float:
    return sqrt(exact * (1 - exact) / PERMUTATIONS)


def test_estimates_lie_within_four_standard_errors_of_the_exact_jaccard() -> None:
    exact = [jaccard(a, b) for a, b in pairs()]
    errors = estimated(pairs()) - exact
    for error, j in zip(errors, exact, strict=True):
        assert abs(error) <= 4 * standard_error(j) + 1e-9
    assert min(exact) < 0.2
    assert max(exact) > 0.9


def test_estimates_are_right_on_average() -> None:
    exact = [jaccard(a, b) for a, b in pairs()]
    expected = sqrt(np.mean([standard_error(j) ** 2 for j in exact]) / len(exact))
    assert abs(np.mean(estimated(pairs()) - exact)) < 3 * expected


def test_estimates_are_as_good_as_datasketchs() -> None:
    some = pairs()[::4]
    ours = estimated(some) - [jaccard(a, b) for a, b in some]
    theirs = []
    for a, b in some:
        one, two = MinHash(PERMUTATIONS), MinHash(PERMUTATIONS)
        one.update_batch([" ".join(gram).encode() for gram in grams(a, 3)])
        two.update_batch([" ".join(gram).encode() for gram in grams(b, 3)])
        theirs.append(one.jaccard(two) - jaccard(a, b))
        assert abs(theirs[-1]) <= 4 * standard_error(jaccard(a, b)) + 1e-9
    assert np.std(ours) < 1.3 * np.std(theirs)


@pytest.mark.parametrize("words", [150, 400, 900, 2500])
def test_an_excerpt_is_contained_in_what_it_was_cut_from(words: int) -> None:
    for seed in range(20):
        told = story(seed, words)
        excerpt = cut(told, words // 3)
        scores = compare(*sketch_texts([excerpt, told]).reshape(2, 1))
        assert scores.of_this[0] == 1.0
        exact = len(grams(excerpt, 5)) / len(grams(told, 5))
        keys = scores.shared_keys[0] / max(scores.of_other[0], 1e-9)
        assert abs(scores.of_other[0] - exact) <= 4 * sqrt(exact * (1 - exact) / keys)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.8])
def test_containment_of_texts_that_overlap_is_within_bounds(share: float) -> None:
    for seed in range(20):
        told, other = story(seed, 500), story(seed + 100, 500)
        taken = round(500 * share)
        page = f"{other} {cut(told, taken)}"
        exact = len(grams(told, 5) & grams(page, 5)) / len(grams(told, 5))
        scores = compare(*sketch_texts([told, page]).reshape(2, 1))
        assert abs(scores.of_this[0] - exact) <= 4 * sqrt(exact * (1 - exact) / FRAC_LEAST)


TEXTS = {
    "empty": "",
    "four words": "one two three four",
    "five words": "one two three four five",
    "thirty words": story(1, 30),
    "a short article": story(2, 120),
    "an article": story(3, 400),
    "a long article": story(4, 1500),
    "a book": story(5, 20_000),
    "ten words over and over": "a b c d e f g h i j " * 500,
    "a chorus and a song": "la la la la la " * 800 + story(6, 70),
    "another script": "Народний депутат заявив про це сьогодні вранці. " * 3 + story(7, 90),
}


def keys_of_all(text: str) -> list[int]:
    """All distinct 5-gram hashes of a text, ascending."""
    made = shingles(tokens_of([text]).hashes, 5)
    return sorted({hash_ >> 32 for hash_ in made.tolist()})


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_frac_keys_are_the_smallest_hashes_of_the_text(text: str) -> None:
    [sketch] = sketch_texts([text])
    every = keys_of_all(text)
    count = min(len(every), FRAC_MOST)
    assert sketch["frac"].tolist() == every[:count] + [NO_KEY] * (FRAC_MOST - count)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_sixteenth_of_the_keys_enters_the_index_or_at_least_twenty_four(text: str) -> None:
    [sketch] = sketch_texts([text])
    every = keys_of_all(text)
    low = [key for key in every if key < FRAC_LIMIT]
    assert sketch["frac_count"] == min(len(every), max(FRAC_LEAST, min(len(low), FRAC_MOST)))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_frac_cover_is_how_far_the_keys_are_complete(text: str) -> None:
    [sketch] = sketch_texts([text])
    every, cover = keys_of_all(text), int(sketch["frac_cover"])
    kept = [key for key in sketch["frac"].tolist() if key != NO_KEY]
    assert [key for key in every if key <= cover] == kept
    assert (cover == NO_KEY) == (len(kept) == len(every))


@pytest.mark.parametrize(("text", "words"), [("", 0), ("...", 0), ("one", 1), ("a b c d", 4)])
def test_short_texts_have_sketches_too(text: str, words: int) -> None:
    [sketch] = sketch_texts([text])
    assert sketch["words"] == words
    assert sketch["frac_count"] == 0


def test_an_empty_batch_has_no_sketches() -> None:
    assert len(sketch_texts([])) == 0


@cache
def many() -> tuple[list[str], Sketches]:
    """500 texts of all sorts, and the sketch of each one alone."""
    chance = random.Random(9)
    made = list(TEXTS.values())
    while len(made) < 500:
        text = story(len(made), chance.choice([3, 20, 60, 150, 300]))
        made.append(text if chance.random() < 0.7 else f"“{text}” — naïve")
    chance.shuffle(made)
    return made, np.concatenate([sketch_texts([text]) for text in made])


def test_five_hundred_texts_at_once_have_the_sketches_of_each_alone() -> None:
    texts, alone = many()
    assert sketch_texts(texts).tobytes() == alone.tobytes()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 500), max_size=8), st.randoms(use_true_random=False))
def test_sketches_do_not_depend_on_where_a_chunk_is_cut(
    cuts: list[int], chance: random.Random
) -> None:
    texts, alone = many()
    order = chance.sample(range(500), 200)
    edges = [0, *sorted(cut % 200 for cut in cuts), 200]
    made = [sketch_texts([texts[i] for i in order[first:last]]) for first, last in pairwise(edges)]
    assert np.concatenate(made).tobytes() == alone[order].tobytes()


def test_stored_sketches_stay_comparable_while_the_algorithm_keeps_its_name() -> None:
    """Segments hold sketches of older workers: once a release has this name, another digest needs
    another name."""
    texts = [
        " ".join(f"word{n * n % 97} Name{n % 13} {n * 7}" for n in range(300)),
        "Über Größe 東京で雨 " * 40,
        "Москва и Киев, 24 февраля 2026 года. " * 20,
    ]
    digest = blake2b(sketch_texts(texts).tobytes(), digest_size=16).hexdigest()
    assert (ALGORITHM[0], digest) == ("6", "545cf90d8c5a078900f96b45a10ca2a0")
