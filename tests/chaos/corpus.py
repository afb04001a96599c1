"""Raw events with every relation among them, every bad input, and resends, made from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice

import orjson

from tests.detection.newsroom import NOON

# One language for each of four shards. An event goes to the raw partition of its shard's number:
# then a shard's articles come in one order, whatever happens to the workers, and their verdicts
# can be compared with those of an undisturbed run.
LANGUAGES = ("it", "nl", "en", "de")
RECORD_BYTES = 60_000
POISON_SHARE, RESEND_SHARE = 0.05, 0.10
GAP_MILLISECONDS = 1500  # between two events: 20,000 take eight hours
RESEND_AFTER = (1, 3000)  # events: up to an hour and more

BAD: dict[str, bytes | None] = {
    "not_json": b"{",
    "nothing": None,
    "not_object": b"[1]",
    "not_utf8": b'{"text": "\xff\xfe"}',
    "invalid_field": b'{"text": 5}',
    "cancels_nothing": b'{"status": "canceled"}',
    "no_body": b'{"title": "x"}',
    "empty_body": b'{"text": " "}',
    "too_large": b'{"text": "' + b"x" * RECORD_BYTES + b'"}',
    "no_article": b'{"html": "<html><body><img src=x></body></html>"}',
    "deep": b"[" * 3000 + b"]" * 3000,
    "half_an_emoji": b'{"id": 5, "text": "\\ud83d", "source": "x.example", "language": "nl"}',
}


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What a producer sends."""

    partition: int
    key: bytes
    value: bytes | None
    time: int  # milliseconds since 1970


class Desk:
    """Writes the events of one language."""

    kinds: Mapping[str, float] = {  # how often each comes
        "new": 30, "copy": 30, "excerpt": 8, "expansion": 8, "page": 5, "revision": 8, "kill": 3,
        "short": 4, "html": 1,
    }  # fmt: skip

    def __init__(self, partition: int, chance: random.Random) -> None:
        self.partition, self._chance = partition, chance
        self._made = 0
        self._published: list[dict[str, object]] = []

    def event(self) -> dict[str, object]:
        """The next one: a new text, or one that has to do with an earlier one."""
        kind = self._chance.choices(list(self.kinds), list(self.kinds.values()))[0]
        if not self._published:
            kind = "new"
        made = getattr(self, f"_{kind}")()
        if made.get("text"):
            self._published = [*self._published[-400:], made]
        return made

    def _article(self, text: str, **fields: object) -> dict[str, object]:
        self._made += 1
        name = f"{LANGUAGES[self.partition]}-{self._made}"
        return {
            "id": name, "source": f"paper-{self._chance.randrange(30):02}.example",
            "title": f"Title of {name}", "text": text,
            "language": LANGUAGES[self.partition], **fields,
        }  # fmt: skip

    def _words(self, count: int) -> list[str]:
        # Names that no detector takes for a language: what the event claims then counts.
        return [f"w{self._chance.randrange(9000)}" for _ in range(count)]

    def _earlier(self) -> tuple[dict[str, object], list[str]]:
        article = self._chance.choice(self._published)
        return article, str(article["text"]).split()

    def _new(self) -> dict[str, object]:
        return self._article(" ".join(self._words(self._chance.randint(60, 200))))

    def _copy(self) -> dict[str, object]:
        _, words = self._earlier()
        for place in self._chance.sample(range(len(words)), len(words) // 25):
            words[place] = self._words(1)[0]
        return self._article(" ".join(words))

    def _excerpt(self) -> dict[str, object]:
        _, words = self._earlier()
        return self._article(" ".join(words[: max(30, len(words) // 2)]))

    def _expansion(self) -> dict[str, object]:
        _, words = self._earlier()
        return self._article(" ".join([*words, *self._words(len(words))]))

    def _page(self) -> dict[str, object]:
        stories = [" ".join(self._earlier()[1][:150]) for _ in range(3)]
        return self._article(" ".join(stories))

    def _revision(self) -> dict[str, object]:
        article, words = self._earlier()
        return {**article, "text": " ".join([*words[:-5], *self._words(12)])}

    def _kill(self) -> dict[str, object]:
        article, _ = self._earlier()
        kept = ("id", "source", "language")
        return {name: article[name] for name in kept} | {"status": "canceled"}

    def _short(self) -> dict[str, object]:
        return self._article(" ".join(self._words(12)))

    def _html(self) -> dict[str, object]:
        rows = "".join(f"<p>{' '.join(self._words(30))}</p>" for _ in range(4))
        made = self._article("", html=f"<html><body><article>{rows}</article></body></html>")
        return {name: value for name, value in made.items() if name != "text"}


def make_records(how_many: int, seed: int) -> list[RawRecord]:
    """`how_many` records in the order in which they are sent, their times rising."""
    return list(islice(endless_records(seed), how_many))


def endless_records(seed: int, desk_kind: type[Desk] = Desk) -> Iterator[RawRecord]:
    """Records without end; memory stays within what may still be resent or written about."""
    chance = random.Random(seed)
    desks = [desk_kind(partition, chance) for partition in range(len(LANGUAGES))]
    due: dict[int, list[RawRecord]] = {}
    for number in count():
        time = NOON + number * GAP_MILLISECONDS
        if again := due.pop(number, None):
            due.setdefault(number + 1, []).extend(again[1:])
            first = again[0]
            yield RawRecord(first.partition, first.key, first.value, time)
            continue
        desk = chance.choice(desks)
        if chance.random() < POISON_SHARE:
            value = chance.choice(list(BAD.values()))
            if value and b'"nl"' in value:
                desk = desks[LANGUAGES.index("nl")]
        else:
            value = orjson.dumps(desk.event())
        made = RawRecord(desk.partition, b"desk-%d" % desk.partition, value, time)
        if chance.random() < RESEND_SHARE:
            due.setdefault(number + chance.randint(*RESEND_AFTER), []).append(made)
        yield made


def batches(records: list[RawRecord], size: int) -> Iterator[list[RawRecord]]:
    """Consecutive runs of at most `size` records."""
    for start in range(0, len(records), size):
        yield records[start : start + size]
