"""Detection by language: the same changes to one item in each of fifteen languages.

For each language twenty items are made, of one text with other numbers; each is changed in eight
ways with known answers. The items of a language are one template, so each is judged by a detector
of its own, which knows it and the items of all other languages.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import orjson

from streams.detection.decide import decide
from streams.evaluation.run import CLAIMS
from tests.detection.newsroom import Desk, article, chunk_of
from tests.quality import kept
from tests.quality.language_texts import HELD_OUT, TEXTS

ITEMS = 20
UNSPACED = frozenset({"zh"})
DIGITS = {"ar": 0x0660, "fa": 0x06F0, "hi": 0x0966}


def main(keep: bool) -> int:
    return kept.compare("languages", measured, keep=keep)


def told(language: str, item: int, which: int = 0) -> str:
    """An item: names and numbers in their places."""
    chance = random.Random(f"{language} {item}")
    text, *names = TEXTS[language]
    numbers = {name: str(chance.randint(11, 980)) for name in "nmk"}
    return text.format(**dict(zip("abc", names[which], strict=True)), **numbers)


def units(language: str, text: str) -> list[str]:
    return list(text) if language in UNSPACED else text.split(" ")


def joined(language: str, words: list[str]) -> str:
    return ("" if language in UNSPACED else " ").join(words)


def edited(share: float) -> Callable[[str, str, random.Random], str]:
    """Runs of one to four words exchanged for words of the same language, from another order."""

    def change(language: str, text: str, chance: random.Random) -> str:
        words, done = units(language, text), 0
        foreign = chance.sample(words, len(words))
        while done < share * len(words):
            run = chance.randint(1, 4)
            at, source = (chance.randrange(len(words) - run) for _ in range(2))
            words[at : at + run] = foreign[source : source + run]
            done += run
        return joined(language, words)

    return change


def cut(language: str, text: str, chance: random.Random) -> str:
    words = units(language, text)
    return joined(language, words[: round(0.65 * len(words))])


def retitled(language: str, text: str, chance: random.Random) -> str:
    words = units(language, text)
    return f"{joined(language, chance.sample(words, 8))}\n\n{text}"


def typography(language: str, text: str, chance: random.Random) -> str:
    """Other quotes and spaces, decomposed letters, and the digits of the language's own script."""
    zero = DIGITS.get(language)
    if zero is not None:
        text = "".join(chr(zero + int(c)) if c in "0123456789" else c for c in text)
    for mark in "“”„«»":
        text = text.replace(mark, '"')
    return unicodedata.normalize("NFD", text).replace(", ", ",\u00a0")


def corrected(language: str, text: str, chance: random.Random) -> str:
    number = re.findall(r"\d+", text)[0]
    return text.replace(number, str(int(number) + 3), 1)


CHANGES: tuple[tuple[str, Callable[[str, str, random.Random], str], str], ...] = (
    ("edited 5 %", edited(0.05), "copy"),
    ("edited 10 %", edited(0.10), "copy"),
    ("edited 20 %", edited(0.20), "copy"),
    ("cut to 65 %", cut, "excerpt"),
    ("retitled", retitled, "copy"),
    ("typography", typography, "copy"),
    ("one number corrected", corrected, "copy"),
)


def measured() -> dict[str, float]:
    figures: dict[str, float] = {}
    names = [*(name for name, *_ in CHANGES), "other names"]
    right_of: dict[str, list[bool]] = {name: [] for name in names}
    scores: dict[str, tuple[float, float]] = {}
    for language in TEXTS:
        found = missed = false = right = answers = 0
        for item in range(ITEMS):
            desk, chance = Desk(), random.Random(f"{language} {item}")
            base, original = told(language, item), article("base", told(language, item))
            desk.take(original, *(article(o, told(o, item)) for o in TEXTS if o != language))
            for name, change, relation in CHANGES:
                changed = article(name, change(language, base, chance), source="b.example")
                claimed, said = judged(desk, changed)
                found += original["article_id"] in claimed
                missed += original["article_id"] not in claimed
                false += len(claimed - {original["article_id"]})
                right_of[name].append(said == relation)
                right, answers = right + (said == relation), answers + 1
            other = article("names", told(language, item, 1), source="c.example")
            claimed, said = judged(desk, other)
            false += len(claimed)
            right_of["other names"].append(said == "original")
            right, answers = right + (said == "original"), answers + 1
        scores[language] = 2 * found / (2 * found + false + missed), right / answers
        figures[f"{language}: pairs, F1"], figures[f"{language}: relation right"] = scores[language]
    for name, answered in right_of.items():
        figures[f"all languages, {name}: relation right"] = sum(answered) / len(answered)
    for at, what in enumerate(("pairs, F1", "relation right")):
        held = [scores[language][at] for language in HELD_OUT]
        figures[f"lowest of the languages held out: {what}"] = min(held)
        figures[f"lowest of all languages: {what}"] = min(score[at] for score in scores.values())
    return figures


def judged(desk: Desk, changed: dict[str, Any]) -> tuple[set[str], str]:
    """(articles that the verdict claims, its relation); the detector forgets the article again."""
    decision = decide(desk.state, chunk_of([desk.arrival(changed)]), desk.writer)
    verdict = orjson.loads(decision.enriched[0])["detection"]
    claims = {m["article_id"] for m in verdict["matches"] if m["relation"] in CLAIMS}
    return claims, verdict["relation"]
