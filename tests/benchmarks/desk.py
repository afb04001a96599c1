"""How fast the desk takes articles in, and answers, at a size: python -m tests.benchmarks.desk

    --articles N     how many are made (1,000,000), in stories of ten on average
    --database ADDR  a file for SQLite (a new one in /tmp), or postgresql://...
    --keep           leave the database there; a second run with it measures pages alone

Pages are asked of the application in a process of its own, without a network between, once each to
warm up. CPU includes that of PostgreSQL's processes for the desk's connections, where it runs on
this machine (without its parallel workers: ?options=-cmax_parallel_workers_per_gather=0).
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
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from streams.desk.database import Database, open_database
from streams.desk.follow import BATCH_RECORDS, Progress
from streams.desk.ingest import Incoming, apply
from streams.desk.tables import article
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from streams.desk.word_diff import compare
from tests.benchmarks.desk_articles import AGENCIES, RARE_LANGUAGE, RARE_RELATION, Maker

ROUNDS = 5
TEXTS = ("article", "compare", "matrix")  # pages that are text for the most part


def cpu_seconds(database: Database) -> float:
    """CPU so far, of this process and of its connections' processes in PostgreSQL."""
    busy = time.process_time()
    if not database.is_sqlite:
        connected = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        with database.reading() as connection:
            for pid in connection.scalars(connected):
                scheduled = Path(f"/proc/{pid}/schedstat")
                busy += int(scheduled.read_text().split()[0]) / 1e9 if scheduled.exists() else 0
    return busy


def fill(database: Database, wanted: int) -> dict[str, int]:
    """Take articles in -> how many a second, and a second of CPU, without making them."""
    maker, articles, seconds, busy, story, said = Maker(), 0, 0.0, 0.0, 0, 0
    batch: list[Incoming] = []
    while articles < wanted:
        while len(batch) < BATCH_RECORDS:
            batch += maker.story(story)
            story += 1
        begun_busy, begun = cpu_seconds(database), time.perf_counter()
        done = apply(database, batch, {("articles", 0): story}, lambda source: source)
        seconds += time.perf_counter() - begun
        busy += cpu_seconds(database) - begun_busy
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
                    "/stories?original=unseen", "/stories?since=2026-03-05",
                    f"/stories?relation={RARE_RELATION}", f"/stories?language={RARE_LANGUAGE}",
                    "/stories?withdrawn=yes", "/stories?original=seen&agency=AP",
                    "/stories?publisher=paper-3.example&agency=dpa&credit=missing&sort=fastest",
                    f"/stories?agency=EFE&language={RARE_LANGUAGE}&least=30"],
        "story": [f"/stories/{i}" for i in stories],
        "matrix": [f"/stories/{i}/matrix" for i in stories],
        "articles": ["/articles", "/articles?publisher=paper-0.example", "/articles?relation=copy",
                     "/articles?agency=AFP&credit=given", "/articles?credit=missing&language=de",
                     f"/articles?relation={RARE_RELATION}", "/articles?credit=cited",
                     f"/articles?language={RARE_LANGUAGE}", "/articles?until=2026-03-02",
                     f"/articles?publisher=paper-2.example&language={RARE_LANGUAGE}"],
        "article": [f"/articles/{i}" for i in articles],
        "compare": [f"/compare/{a}/{b}" for a, b in pairwise(articles)],
        "publisher": ["/publishers", *(f"/publishers/paper-{n}.example" for n in (0, 1, 9, 300))],
        "agency": ["/agencies", *(f"/agencies/{a}" for a in AGENCIES if a)],
        "about": ["/about"],
        "search": [f"/stories?q={words[n]}" for n in rank]
        + [f"/articles?q={words[n]}+{chance.choice(words[:2000])}" for n in rank],
    }  # fmt: skip


def measure(address: str) -> dict[str, Any]:
    """Of each kind of page the p95 in milliseconds, by the clock and of CPU, and its slowest
    address; the heaviest page that is no text, as sent and unpacked; and the process' memory.

    On a machine that others use, the CPU is what to go by.
    """
    database = open_database(address)
    desk = Desk(database, Progress(lag=0))
    client = TestClient(create_app(desk), base_url="http://localhost")
    kinds, heaviest = pages_of(client), (0, 0, "")
    clock: dict[str, float] = {}
    cpu: dict[str, float] = {}
    slowest: dict[str, str] = {}
    for kind, addresses in kinds.items():
        taken: list[float] = []
        busy: dict[str, list[float]] = defaultdict(list)
        for round_ in range(ROUNDS + 1):
            for path in addresses:
                begun_busy, begun = cpu_seconds(database), time.perf_counter()
                answer = client.get(path)
                if round_:
                    taken.append((time.perf_counter() - begun) * 1000)
                    busy[path].append((cpu_seconds(database) - begun_busy) * 1000)
                assert answer.status_code == 200, path
                if kind not in TEXTS:
                    sent = int(answer.headers.get("content-length", len(answer.content)))
                    heaviest = max(heaviest, (sent, len(answer.content), path))
        clock[kind] = round(statistics.quantiles(taken, n=20)[-1], 1)
        cpu[kind] = round(
            statistics.quantiles([t for of in busy.values() for t in of], n=20)[-1], 1
        )
        worst = max(busy, key=lambda path: statistics.median(busy[path]))
        slowest[kind] = f"{worst} {statistics.median(busy[worst]):.1f}"
    return {
        "p95_milliseconds": clock,
        "p95_cpu_milliseconds": cpu,
        "slowest_by_median_cpu": slowest,
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


def is_filled(address: str) -> bool:
    """Whether a database has articles of an earlier run."""
    if "://" not in address and not Path(address).exists():
        return False
    database = open_database(address)
    with database.reading() as connection:
        articles = connection.scalar(select(func.count()).select_from(article)) or 0
    database.close()
    return articles > 0


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
        filled = asked.keep and is_filled(address)
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
