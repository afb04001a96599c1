"""Realistic news: agencies' stories, their copies at other publishers, and broken events."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

_WORDS = {
    "en": "the minister said that people of city with water new budget would begin for which",
    "de": "der minister sagte dass die menschen der stadt mit wasser neue haushalt und nicht",
    "fr": "le ministre dit que les gens de la ville avec eau nouveau budget seront pour dans une",
    "es": "el ministro dijo que la gente de la ciudad con agua nuevo presupuesto para una los",
}
_AGENCIES = ("Reuters", "AFP", "AP", "dpa", "EFE")


def story(number: int, words: int = 150) -> str:
    """A made text in one of four languages; no other number has it."""
    chance = random.Random(number)
    common = _WORDS[language(number)].split()
    made = [
        chance.choice(common) if chance.random() < 0.6 else f"wort{chance.randrange(3000)}"
        for _ in range(words)
    ]
    return " ".join(made).capitalize() + "."


def language(number: int) -> str:
    return ("en", "de", "fr", "es")[number % 4]


def article(number: int) -> dict[str, object]:
    """Every third is a copy of a recent one at another publisher, now and then cut or wrapped."""
    chance = random.Random(-number)
    told = number - 3 * chance.randrange(1, 40) if number % 3 == 0 and number > 120 else number
    text = story(told)
    if told != number and chance.random() < 0.2:
        text = " ".join(story(told, 400).split()[:150])
    event: dict[str, object] = {
        "id": f"item-{number}",
        "source": f"publisher-{number % 500}.example",
        "url": f"https://publisher-{number % 500}.example/{number}",
        "title": f"Story {told}",
        "language": language(told),
        "credit": _AGENCIES[told % len(_AGENCIES)] if told % 2 else None,
        "text": text,
        "published_at": time.strftime(
            "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - chance.expovariate(1 / 400))
        ),
    }
    if number % 50 == 0:
        event |= {"published_at": "yesterday", "mood": "unknown field"}
    return event


def news(first: int, count: int) -> Iterator[dict[str, object] | bytes]:
    """Articles with a few revisions, kills, redeliveries and broken records among them."""
    for number in range(first, first + count):
        yield article(number)
        if number % 60 == 0:
            yield article(number - 7) | {"text": story(number - 7) + " Corrected."}
        if number % 90 == 0:
            yield article(number - 11) | {"status": "canceled"}
        if number % 70 == 0:
            yield article(number - 1)
        if number % 80 == 0:
            yield b"{broken"
            yield {"id": "empty", "text": " "}
