"""A hundred events, each written up by three outlets in their own words, and copies of some.

They share what independent write-ups share: names, numbers, places, the day, an official's
quotation, and a dateline. All other words are the outlet's own: `house_styles/` has a file for
each, with five sentences for each kind of event and eight for any kind, alternative wordings as
`{one|other}`, and the paragraph that stands below every article. So an outlet's articles about two
events of one kind share much of their wording, like reports of earnings, matches or storms.
`world.txt` lists what events are made of.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OUTLETS = ("courier", "ledger", "lantern")
KINDS = ("road accident", "election", "earnings", "court case", "flood", "football", "storm",
         "visit", "robbery", "strike")  # fmt: skip
EVENTS, COPIED = 100, 20
SHORTEST, LONGEST = 80, 600  # words, without the outlet's own paragraph

_STYLES = Path(__file__).parent / "house_styles"

_COMPANIES = ("Group", "Holdings", "Institute", "Works", "Union Bank", "Partners")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TITLES = ("mayor", "police chief", "governor", "regional prosecutor", "safety commissioner")

_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_FIELD = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class WriteUp:
    """One article about one event. A `copy` is another publisher's copy of the named write-up."""

    event: int
    outlet: str
    title: str
    text: str
    copy: bool = False

    @property
    def item(self) -> str:
        return f"{self.event} by {self.outlet}{', copied' if self.copy else ''}"

    @property
    def kind(self) -> str:
        return KINDS[self.event % len(KINDS)]

    @property
    def source(self) -> str:
        return f"partner-{self.event}.example" if self.copy else f"{self.outlet}.example"


def write_ups() -> list[WriteUp]:
    """All write-ups and copies in order of arrival: an event lasts for hours, so several
    overlap."""
    made = [write_up(event, outlet) for event in range(EVENTS) for outlet in OUTLETS]
    chance = random.Random("hours")
    due = [(one.event + 6 * chance.random(), one.item, one) for one in made]
    when = {one.item: hour for hour, _, one in due}
    due += [
        (when[one.item] + 1 + 3 * chance.random(), copy.item, copy)
        for one in made
        if (copy := syndicated(one))
    ]
    return [one for _, _, one in sorted(due)]


def syndicated(one: WriteUp) -> WriteUp | None:
    """For a fifth of the events one write-up is syndicated: another title, the first 70%."""
    step = EVENTS // COPIED
    if one.event % step or OUTLETS.index(one.outlet) != one.event // step % len(OUTLETS):
        return None
    words = one.text.split(" ")
    text = " ".join(words[: round(0.7 * len(words))])
    return WriteUp(one.event, one.outlet, f"In other news, number {one.event}", text, copy=True)


def write_up(event: int, outlet: str) -> WriteUp:
    """The outlet's article about the event."""
    chance, facts = random.Random(f"{event} by {outlet}"), facts_of(event)
    style = _sections(outlet)
    of_kind, of_any = list(style[KINDS[event % len(KINDS)]]), list(style["more"])
    first = of_kind.pop(0) if chance.random() < 0.7 else of_kind.pop(1)
    chance.shuffle(of_kind)
    words = chance.choice((SHORTEST, 120, 160, 220, 300, 420, LONGEST))
    sentences = [
        _written(first, facts, chance),
        _written(chance.choice(style["quote"]), facts, chance),
    ]
    more = _further(of_kind, of_any, facts, chance)
    while sum(len(s.split()) for s in sentences) < words:
        sentences.insert(chance.randint(1, len(sentences)), next(more))
    if outlet != "lantern":
        sentences[0] = f"{facts['town'].upper()} — {sentences[0]}"
    paragraphs = [" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)]
    title = f"{facts['town']}: {KINDS[event % len(KINDS)]}, {facts['who']}"
    return WriteUp(event, outlet, title, "\n\n".join([*paragraphs, style["tail"][0]]))


def _further(
    of_kind: list[str], of_any: list[str], facts: dict[str, str], chance: random.Random
) -> Iterator[str]:
    """Sentences about the event, then as many as asked for, each with different people."""
    for sentence in of_kind:
        yield _written(sentence, facts, chance)
    while True:
        chance.shuffle(of_any)
        others = facts | {name: _person(chance) for name in ("who", "other", "official")}
        for sentence in of_any:
            yield _written(sentence, facts, chance)
        facts = others


def facts_of(event: int) -> dict[str, str]:
    """What everybody reports about an event; the `quote` has 15 to 40 words."""
    chance = random.Random(f"event {event}")
    who = _person(chance)
    facts = {
        "town": _name("town", chance) + _name("town end", chance),
        "region": _name("region", chance),
        "street": f"{_name('street', chance)} {chance.choice(('Street', 'Lane', 'Road', 'Quay'))}",
        "org": f"{_name('company', chance)} {chance.choice(_COMPANIES)}",
        "day": chance.choice(_DAYS),
        "who": who,
        "last": who.split()[1],
        "other": _person(chance),
        "official": _person(chance),
        "title": chance.choice(_TITLES),
        "n": str(chance.randint(2, 60)),
        "m": str(chance.randint(4, 900)),
        "k": str(chance.randint(3, 70)),
        "money": f"{chance.randint(11, 99) / 10} million crowns",
    }
    while not 15 <= len(facts.get("quote", "").split()) <= 40:
        said = chance.sample(_sections("world")["spoken"], chance.randint(1, 2))
        facts["quote"] = ". ".join(_written(one, facts, chance) for one in said)
    return facts


def _written(sentence: str, facts: dict[str, str], chance: random.Random) -> str:
    """The sentence in one of its wordings, with the facts filled in."""
    worded = _CHOICE.sub(lambda choice: chance.choice(choice[1].split("|")), sentence)
    filled = _FIELD.sub(lambda field: facts[field[1]], worded)
    return filled[:1].upper() + filled[1:]


def _person(chance: random.Random) -> str:
    return f"{_name('first', chance)} {_name('last', chance)}"


def _name(kind: str, chance: random.Random) -> str:
    return chance.choice(_sections("world")[kind][0].split())


@cache
def _sections(name: str) -> dict[str, list[str]]:
    """Each section's name in a file -> its lines."""
    sections: dict[str, list[str]] = {}
    for line in (_STYLES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sections[line.strip("[]")] = lines = []
        elif line:
            lines.append(line)
    return sections
