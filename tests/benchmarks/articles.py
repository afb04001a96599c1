"""The articles given to every contestant: made from real texts, with known copies."""

from __future__ import annotations

import lzma
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from deploy.demo.syndicator import SAMPLE
from streams.articles.normalise import decode_chunk
from streams.kafka.raw_record import RawRecord

# About the median of the wire stories of Reuters-21578 and of news sites; drawn evenly from half
# to one and a half times as much, so that no contestant profits from equal sizes.
TEXT_BYTES_MEAN = 2048
COPY_SHARE = 0.35
# An editor's hand: of the word 3-grams .95^3 = .86 survive, a Jaccard similarity of .75. Every
# contestant's threshold is far below, so what is missed is missed by its method.
CHANGED_SHARE = 0.05
# A copy follows its original after 50 to 4,096 originals: seconds to hours of the world's news.
NEAREST, FARTHEST = 50, 4096
PUBLISHERS = [f"paper-{n:02}.example" for n in range(40)]
PUBLISHED_AT = "2026-03-02T05:04:00Z"
_MOST_BYTES = 1 << 20  # of an event
_MADE_FOR_EACH = 4  # so many articles are made for each that is no page
_HEADLINE_WORDS = 9
UNSENT = "0" * 19  # nanoseconds since 1970 keep 19 digits until the year 2286


@dataclass(frozen=True, slots=True)
class Corpus:
    """All words of the input in their order, with the line breaks between them."""

    words: list[str]


@dataclass(frozen=True, slots=True)
class Article:
    """`original`: the number of the article that this one is a copy of."""

    number: int
    original: int | None
    source: str
    title: str
    words: list[str]

    def event(self) -> bytes:
        """The raw event as JSON. Attributes come last, where the sender writes the send time."""
        return orjson.dumps(
            {
                "id": f"item-{self.number}",
                "source": self.source,
                "url": f"https://www.{self.source}/2026/03/02/{self.number}",
                "title": self.title,
                "text": " ".join(self.words).strip(),
                "published_at": PUBLISHED_AT,
                "attributes": {"number": str(self.number), "sent_ns": UNSENT},
            }
        )


def read_corpus(path: Path | None) -> Corpus:
    """Texts of JSON lines (.xz or plain), or of the demo's sample. Raises ValueError without any.

    Lines without a text are passed over: the sample has broken ones on purpose, and half emojis.
    So are texts that are marked as not English: one cut out of several would be of no language.
    """
    path = path or SAMPLE
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        texts = [text for line in lines if (text := _text(line))]
    if not texts:
        raise ValueError(f"{path}: no line is a JSON object with a `text`")
    return Corpus("\n\n".join(texts).split(" "))


def _text(line: str) -> str | None:
    try:
        value: Any = orjson.loads(line)
    except ValueError:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return None
    if not str(value.get("language") or "en").startswith("en"):
        return None
    return value["text"]


def make_articles(corpus: Corpus, count: int, seed: int) -> Iterator[Article]:
    """`count` articles, the same for the same seed; a known share are copies of earlier ones."""
    chance = random.Random(seed)
    fresh = _fresh_words(corpus, chance)
    # The latest originals, as a ring: place `made % FARTHEST` is overwritten next.
    latest: list[Article] = []
    made = 0
    for number in range(count):
        if made > NEAREST and chance.random() < COPY_SHARE:
            place = chance.randrange(max(0, made - FARTHEST), made - NEAREST) % FARTHEST
            yield _copy(latest[place], number, corpus, chance)
            continue
        words = next(fresh)
        article = Article(number, None, chance.choice(PUBLISHERS), _headline(words), words)
        if made < FARTHEST:
            latest.append(article)
        else:
            latest[made % FARTHEST] = article
        made += 1
        yield article


def _headline(words: list[str]) -> str:
    """Headlines repeat words of their texts; one that does not is taken for that of a wall."""
    return " ".join(" ".join(words[:_HEADLINE_WORDS]).split()) or "Untitled"


def _copy(original: Article, number: int, corpus: Corpus, chance: random.Random) -> Article:
    words = list(original.words)
    for place in chance.sample(range(len(words)), round(CHANGED_SHARE * len(words))):
        words[place] = chance.choice(corpus.words)
    other = chance.choice([p for p in PUBLISHERS if p != original.source])
    return Article(number, original.number, other, original.title, words)


def _fresh_words(corpus: Corpus, chance: random.Random) -> Iterator[list[str]]:
    """Words of one original after the other, without end.

    First the corpus as it stands, cut and joined to the wanted sizes. When it is used up, runs of
    two to four words from anywhere: real words, as often as in real texts, in an order that no
    other article has. Whole sentences would make each article a patchwork of hundreds of others.
    """
    at = 0
    while True:
        wanted = chance.randint(TEXT_BYTES_MEAN // 2, TEXT_BYTES_MEAN * 3 // 2)
        words: list[str] = []
        size = 0
        while size < wanted:
            if at < len(corpus.words):
                run = corpus.words[at : at + 1]
                at += 1
            else:
                start = chance.randrange(len(corpus.words))
                run = corpus.words[start : start + chance.randint(2, 4)]
            words += run
            size += sum(len(word.encode()) + 1 for word in run)
        yield words


def without_pages(articles: Iterable[Article]) -> Iterator[Article]:
    """Those that echowire takes for articles, with numbers of their own; and the copies of these.

    Pieces of real pages are among the texts, which are read as pages in milliseconds each: no other
    contestant does that, and `heavy_pages` measures it.
    """
    numbers: dict[int, int] = {}
    for article in articles:
        if article.original is not None and article.original not in numbers:
            continue
        record = RawRecord(
            "", 0, 0, 0, 0, mended=False, key=None, value=article.event(), headers=()
        )
        if decode_chunk([record], _MOST_BYTES).pages:
            continue
        numbers[article.number] = len(numbers)
        original = None if article.original is None else numbers[article.original]
        yield replace(article, number=numbers[article.number], original=original)


def write_events(corpus: Corpus, count: int, seed: int, path: Path) -> dict[int, int]:
    """Write one event a line, none of them a page; -> original of each copy, by their numbers.

    Raises ValueError where nearly all of the corpus are pages.
    """
    originals, written = {}, 0
    with path.open("wb") as file:
        made = make_articles(corpus, _MADE_FOR_EACH * count, seed)
        for article in islice(without_pages(made), count):
            if article.original is not None:
                originals[article.number] = article.original
            file.write(article.event() + b"\n")
            written += 1
    if written < count:
        raise ValueError(f"too many of the texts are pages: {written} of {count} articles made")
    return originals
