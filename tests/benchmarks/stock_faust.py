"""The service that most people would write first: Faust, pydantic, datasketch, message by message.

python -m tests.benchmarks.stock_faust BOOTSTRAP_SERVERS TOPIC_PREFIX GROUP
"""

from __future__ import annotations

import sys

import faust
from datasketch import MinHash, MinHashLSH
from pydantic import BaseModel


class Article(BaseModel):
    id: str
    source: str
    url: str
    title: str
    text: str
    published_at: str
    attributes: dict[str, str]


class EnrichedArticle(Article):
    copies: list[str]


def create_app(bootstrap_servers: str, prefix: str, group: str) -> faust.App:
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap_servers}",
        topic_disable_leader=True,
        web_enabled=False,
    )
    raw = app.topic(f"{prefix}articles.raw", value_serializer="raw")
    enriched = app.topic(f"{prefix}articles.enriched", value_serializer="raw")
    index = MinHashLSH(threshold=0.5, num_perm=128)

    @app.agent(raw)  # type: ignore[untyped-decorator]
    async def detect(messages: faust.StreamT[bytes]) -> None:
        async for message in messages:
            article = Article.model_validate_json(message)
            minhash = sketch(article.text)
            copies = index.query(minhash)
            # A replay after a rebalance brings articles that are in the index already.
            if article.id not in index:
                index.insert(article.id, minhash)
            found = EnrichedArticle(**article.model_dump(), copies=copies)
            await enriched.send(key=article.id, value=found.model_dump_json().encode())

    return app


def sketch(text: str) -> MinHash:
    words = text.lower().split()
    shingles = {" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))}
    minhash = MinHash(num_perm=128)
    # At once: four times as fast as an `update` for each shingle.
    minhash.update_batch([shingle.encode() for shingle in shingles])
    return minhash


if __name__ == "__main__":
    faust.Worker(create_app(*sys.argv[1:4]), loglevel="WARNING").execute_from_commandline()
