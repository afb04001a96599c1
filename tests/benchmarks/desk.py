"""How fast the desk takes articles in, and answers, at a size: python -m tests.benchmarks.desk

    --articles N     how many are made (1,000,000), in stories of ten on average
    --database ADDR  a file for SQLite (a new one in /tmp), or postgresql://...
    --keep           leave the database there; a second run with it measures pages alone

Articles are made of words with Zipf's frequencies, 300 on average; a copy has a twentieth of its
original's words changed. Pages are asked of the application in a process of its own, without a
network between, once each to warm up.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import blake2b
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import orjson
import psutil
from starlette.testclient import TestClient

from streams.desk.database import Database, open_database
from streams.desk.follow import BATCH_RECORDS, Progress
from streams.desk.ingest import Incoming, apply
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from streams.desk.word_diff import compare

STORY_ARTICLES = 10
WORDS, VOCABULARY, PUBLISHERS = 300, 30_000, 600
AGENCIES = ("Reuters", "AFP", "AP", "dpa", "EFE", "ANSA", None, None)
LANGUAGES = ("en",) * 7 + ("de", "fr", "es")
START = 1_772_323_200_000  # 2026-03-01
ROUNDS = 5


def _id(*parts: object) -> str:
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03}Z"


class Maker:
    """Makes stories' records, the same for the same seed."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = [
            "".join(self._chance.choices(letters, k=self._chance.randint(2, 9)))
            for _ in range(VOCABULARY)
        ]
        self._weights = list(accumulate(1 / (n + 10) for n in range(VOCABULARY)))
        names = [1 / (n + 5) for n in range(PUBLISHERS)]
        self._publishers = list(accumulate(names))

    def text(self) -> list[str]:
        count = max(40, int(self._chance.gauss(WORDS, WORDS / 3)))
        words = self._chance.choices(self.words, cum_weights=self._weights, k=count)
        for end in range(12, count, 12):
            words[end - 1] += "." if end % 60 else ".\n\n"
        return words

    def story(self, number: int) -> Iterator[Incoming]:
        chance = self._chance
        size = min(400, 1 + int(chance.expovariate(1 / (STORY_ARTICLES - 1))))
        agency, language = chance.choice(AGENCIES), chance.choice(LANGUAGES)
        began = START + number * 20_000
        original, story_id = self.text(), _id("story", number)
        ids: list[str] = []
        for place in range(size):
            words = list(original)
            if place:
                for _ in range(len(words) // 20):
                    words[chance.randrange(len(words))] = chance.choice(self.words)
            [paper] = chance.choices(range(PUBLISHERS), cum_weights=self._publishers)
            source = f"paper-{paper}.example"
            ids.append(_id(number, place))
            names = [] if agency is None or chance.random() < 0.2 else [agency]
            event = self._article(
                ids, story_id, source, language, words, began + place * 90_000, names
            )
            yield Incoming("articles", "articles", 0, 0, orjson.dumps(event))
        if size > 1:
            yield Incoming("stories", "stories", 0, 0, orjson.dumps(
                self._story(story_id, ids, source, agency, language, original, began)
            ))  # fmt: skip

    def _article(
        self, ids: list[str], story_id: str, source: str, language: str, words: list[str],
        when: int, names: list[str],
    ) -> dict[str, Any]:  # fmt: skip
        copied = len(ids) > 1
        match = {
            "article_id": ids[0], "source": source, "relation": "copy", "jaccard": 0.86,
            "containment": {"of_this": 0.92, "of_other": 0.93}, "shared_keys": 18,
            "facts": {"same": 9, "different": 0}, "member": True,
            "reason": "92% of this text stands in the other, and 93% of that in this.",
        }  # fmt: skip
        return {
            "article_id": ids[-1], "producer_id": ids[-1][:12], "version": None, "parent_id": None,
            "position": None, "parts": 0, "kind": "article", "source": source,
            "syndicated_from": None, "url": f"https://{source}/{ids[-1]}",
            "canonical_url": f"https://{source}/{ids[-1]}", "title": " ".join(words[:9]),
            "byline": None, "credit": names[0] if names else None, "dateline": None,
            "language": language, "text": " ".join(words), "text_confidence": None,
            "published_at": _time(when), "published_precision_seconds": None,
            "fetched_at": _time(when), "embargoed_until": None, "status": "usable",
            "agencies": [{"name": n, "role": "provider", "evidence": "credit"} for n in names],
            "content_digest": _id(ids[-1], "digest"), "attributes": {}, "dropped": [],
            "raw": {"topic": "articles.raw", "partition": 0, "offset": 1, "timestamp": _time(when)},
            "detection": {
                "story_id": story_id, "relation": "copy" if copied else "original",
                "original_id": ids[0], "unseen_agency": None, "syndicated": copied or None,
                "supersedes": None, "unmatched_reason": None, "matches": [match] if copied else [],
                "story_size": len(ids), "novelty": {"hour": 0, "day": 0, "window": 0},
                "thresholds": {
                    "copy_overlap": 0.5, "member_containment": 0.8, "window_seconds": 259200,
                },
                "algorithm": "benchmark",
            },
        }  # fmt: skip

    def _story(
        self, story_id: str, ids: list[str], source: str, agency: str | None, language: str,
        words: list[str], began: int,
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "story_id": story_id, "version": len(ids), "headline": " ".join(words[:9]),
            "language": language, "original_id": ids[0], "original_source": source,
            "original_status": "usable", "original_evidence": "published_at",
            "unseen_agency": agency, "articles": len(ids), "copies": len(ids) - 1,
            "first_seen": _time(began), "last_seen": _time(began + len(ids) * 90_000),
        }  # fmt: skip


def fill(database: Database, wanted: int) -> dict[str, int]:
    """Take articles in -> how many a second, and a second of CPU, without making them."""
    maker, articles, seconds, busy, story, said = Maker(), 0, 0.0, 0.0, 0, 0
    batch: list[Incoming] = []
    while articles < wanted:
        while len(batch) < BATCH_RECORDS:
            batch += maker.story(story)
            story += 1
        begun, begun_busy = time.perf_counter(), time.process_time()
        done = apply(database, batch, {("articles", 0): story}, lambda source: source)
        seconds += time.perf_counter() - begun
        busy += time.process_time() - begun_busy
        articles, batch = articles + done.articles, []
        if articles - said >= 50_000:
            said = articles
            print(f"  {articles:,} articles, {articles / seconds:,.0f}/s", flush=True)
    return {
        "ingest_articles_per_second": round(articles / seconds),
        "ingest_articles_per_cpu_second": round(articles / busy),
    }


def pages_of(client: TestClient) -> dict[str, list[str]]:
    """Kind of page -> addresses of it."""
    chance, words = random.Random(2), Maker().words
    newest = client.get("/stories.json").json()
    copied = client.get("/stories.json?sort=copied").json()["stories"]
    stories = [s["story_id"] for s in newest["stories"][:10] + copied[:10]]
    articles = [a["article_id"] for a in client.get("/articles.json").json()["articles"]][:10]
    rank = [*range(5), 20, 50, 100, 500, 1000, 5000, 20_000]
    return {
        "stories": ["/stories", "/stories?sort=copied", "/stories?sort=fastest",
                    f"/stories?after={newest['next']}", "/stories?agency=AFP&language=de",
                    "/stories?publisher=paper-0.example", "/stories?publisher=paper-500.example",
                    "/stories?relation=copy", "/stories?credit=missing&least=20",
                    "/stories?original=unseen", "/stories?since=2026-03-05"],
        "story": [f"/stories/{i}" for i in stories],
        "matrix": [f"/stories/{i}/matrix" for i in stories],
        "articles": ["/articles", "/articles?publisher=paper-0.example", "/articles?relation=copy"],
        "article": [f"/articles/{i}" for i in articles],
        "compare": [f"/compare/{a}/{b}" for a, b in pairwise(articles)],
        "publisher": ["/publishers", *(f"/publishers/paper-{n}.example" for n in (0, 1, 9, 300))],
        "agency": ["/agencies", *(f"/agencies/{a}" for a in AGENCIES if a)],
        "about": ["/about"],
        "search": [f"/stories?q={words[n]}" for n in rank]
        + [f"/articles?q={words[n]}+{chance.choice(words[:2000])}" for n in rank],
    }  # fmt: skip


def measure(address: str) -> dict[str, Any]:
    """Of each kind of page the p95 in milliseconds, by the clock and of CPU; the heaviest page that
    is no text, as sent and unpacked; and the process' memory.

    On a machine that others use, the CPU is what to go by.
    """
    desk = Desk(open_database(address), Progress(lag=0))
    client = TestClient(create_app(desk), base_url="http://localhost")
    kinds, heaviest = pages_of(client), (0, 0)
    clock: dict[str, float] = {}
    cpu: dict[str, float] = {}
    for kind, addresses in kinds.items():
        taken, busy = [], []
        for round_ in range(ROUNDS + 1):
            for path in addresses:
                begun, begun_busy = time.perf_counter(), time.process_time()
                answer = client.get(path)
                if round_:
                    taken.append((time.perf_counter() - begun) * 1000)
                    busy.append((time.process_time() - begun_busy) * 1000)
                assert answer.status_code == 200, path
                if kind not in ("article", "compare", "matrix"):
                    sent = int(answer.headers.get("content-length", len(answer.content)))
                    heaviest = max(heaviest, (sent, len(answer.content)))
        clock[kind] = round(statistics.quantiles(taken, n=20)[-1], 1)
        cpu[kind] = round(statistics.quantiles(busy, n=20)[-1], 1)
    return {
        "p95_milliseconds": clock,
        "p95_cpu_milliseconds": cpu,
        "heaviest_page_bytes_sent_and_unpacked": heaviest,
        "memory_megabytes": round(psutil.Process().memory_info().rss / 1e6),
    }


def compare_time() -> float:
    """Milliseconds of CPU, the median, to compare two texts of 2,000 words, a tenth changed."""
    chance, words = random.Random(3), Maker().words
    left = chance.choices(words[:5000], k=2000)
    right = [w if chance.random() > 0.1 else chance.choice(words) for w in left]
    taken = []
    for _ in range(15):
        begun = time.process_time()
        compare(" ".join(left), " ".join(right))
        taken.append((time.process_time() - begun) * 1000)
    return round(statistics.median(taken), 1)


def main() -> None:
    """Measure, and print the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.desk", description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.database)))
        return
    with tempfile.TemporaryDirectory(prefix="echowire-desk-") as folder:
        address = asked.database or str(Path(folder) / "desk.db")
        filled = asked.keep and "://" not in address and Path(address).exists()
        figures: dict[str, Any] = {"articles": asked.articles, "load": os.getloadavg()[0]}
        if not filled:
            database = open_database(address, rebuild=True)
            figures |= fill(database, asked.articles)
            figures["database_bytes"] = database.size_bytes()
            database.close()
        command = [sys.executable, "-m", "tests.benchmarks.desk", "--measure"]
        done = subprocess.run([*command, "--database", address], check=True, stdout=subprocess.PIPE)
        figures |= json.loads(done.stdout)
        figures["compare_2000_words_cpu_milliseconds"] = compare_time()
        print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
