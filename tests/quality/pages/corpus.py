"""Where the pages and articles of the figures come from: a folder beside the project."""

from __future__ import annotations

import hashlib
import json
import lzma
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from tests.quality.pages.built import Story
from tests.quality.pages.extraction import LabelledPage, benchmark

DATA = Path(__file__).parents[4] / "shared" / "data"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BENCHMARK = DATA / "article_extraction_benchmark.tar.xz"
ARTICLES = DATA / "newsarticles.docs.jsonl.xz"
WCXB, WCXB_OTHERS = DATA / "wcxb.dev.articles.jsonl.xz", DATA / "wcxb.dev.others.jsonl.xz"

# Names that built pages print: known outlets, and some that no table has.
PUBLISHERS = (
    "Reuters", "BBC News", "Gulf News", "Business Recorder", "The Guardian", "Dawn", "CNN",
    "Al Jazeera", "Deccan Chronicle", "The Hindu", "Daily Sabah", "Lusaka Times", "Khaleej Times",
    "Deutsche Welle", "Times of Malta", "AP", "The Bridge",
)  # fmt: skip


def missing() -> str | None:
    """What is not there of the data, or None."""
    absent = [path.name for path in (BENCHMARK, ARTICLES, WCXB) if not path.exists()]
    return f"{DATA} has no {', '.join(absent)}" if absent else None


@lru_cache(maxsize=1)
def benchmark_pages() -> list[LabelledPage]:
    return benchmark(BENCHMARK)


@lru_cache(maxsize=1)
def stories() -> list[Story]:
    """Articles to build pages of: 500 to 6,000 characters, with a title of five words or more."""
    with lzma.open(ARTICLES, "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    return [
        Story(
            document["title"].strip(),
            " ".join(document["text"].split()),
            PUBLISHERS[crc32(str(document["id"]).encode()) % len(PUBLISHERS)],
        )
        for document in documents
        if 500 < len(document["text"]) < 6000
        and len(document["title"].split()) >= 5
        and not document["text"].startswith("(")
    ]


def fold_of(site: str, folds: int, salt: str = "") -> int:
    """The fold of all pages of a site."""
    digest = hashlib.md5(f"{site}{salt}".encode(), usedforsecurity=False)
    return int(digest.hexdigest(), 16) % folds
