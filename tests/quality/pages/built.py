"""Pages built from known articles, so that what is extracted can be scored."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

SENTENCE_END = re.compile(r"(?<=[.!?。؟])[\s]+(?=[A-Z“\"'À-ÞА-Я\d])|(?<=。)")


@dataclass(frozen=True)
class Story:
    """An article to build pages from."""

    title: str
    text: str
    source: str  # as a page prints it
    language: str = "en"

    def sentences(self) -> list[str]:
        return [s for s in SENTENCE_END.split(self.text) if s]

    def paragraphs(self, size: int) -> list[str]:
        sentences = self.sentences()
        joint = "" if self.language in ("ja", "zh") else " "
        return [joint.join(sentences[i : i + size]) for i in range(0, len(sentences), size)]


@dataclass(frozen=True)
class Embedded:
    """An article in a page, and how old it was when the page was fetched."""

    story: Story
    age_seconds: int
    unit: str  # what its age is printed in: "minute", "hour", "day"

    @property
    def age(self) -> int:
        return self.age_seconds // {"minute": 60, "hour": 3600, "day": 86400}[self.unit]

    def ago(self) -> str:
        plural = "" if self.age == 1 else "s"
        return f"{self.age} {self.unit}{plural} ago"

    def short(self) -> str:
        return f"{self.age}{self.unit[0]}"

    def at(self, now: datetime) -> datetime:
        return now - timedelta(seconds=self.age_seconds)


@dataclass(frozen=True)
class Built:
    """A page and what is in it."""

    layout: str
    text: str
    main: str
    title: str
    embedded: tuple[Embedded, ...]
    now: datetime
    has_title_line: bool = True
    prints_source: bool = True
    prints_time: bool = True


@dataclass(frozen=True)
class Ingredients:
    """What a layout puts together."""

    main: Story
    embedded: tuple[Embedded, ...]
    teasers: tuple[Story, ...]
    now: datetime
    rng: random.Random

    def paragraphs(self) -> list[str]:
        return self.main.paragraphs(self.rng.choice((1, 2, 3)))

    def main_text(self) -> str:
        return " ".join(self.main.sentences())


def ingredients(
    stories: list[Story], rng: random.Random, now: datetime, embedded: int
) -> Ingredients:
    """Choose a main story, embedded ones (with luck the main one again) and teasers."""
    chosen = rng.sample(stories, embedded + 6)
    main, others = chosen[0], chosen[1 : embedded + 1]
    if embedded >= 2 and rng.random() < 0.4:
        others[rng.randrange(embedded)] = main
    units = {"minute": 60, "hour": 3600, "day": 86400}
    parts = []
    for story in others:
        unit = rng.choice(("minute", "hour", "hour", "day"))
        parts.append(Embedded(story, rng.randint(1, 23) * units[unit], unit))
    return Ingredients(main, tuple(parts), tuple(chosen[embedded + 1 :]), now, rng)
