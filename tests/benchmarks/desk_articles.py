"""Articles and stories for the desk's benchmark: the same for the same seed.

Words have Zipf's frequencies, 300 a text on average; a copy has a twentieth of its original's words
changed.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from hashlib import blake2b
from itertools import accumulate
from typing import Any

import orjson

from streams.desk.ingest import Incoming

STORY_ARTICLES = 10
WORDS, VOCABULARY, PUBLISHERS = 300, 30_000, 600
AGENCIES = ("Reuters", "AFP", "AP", "dpa", "EFE", "ANSA", None, None)
LANGUAGES = ("en",) * 7 + ("de", "fr", "es")
RARE_LANGUAGE, RARE_RELATION = "fi", "revision"
RARE = 1 / 2000  # of stories, and of articles
START = 1_772_323_200_000  # 2026-03-01


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
        if chance.random() < RARE:
            language = RARE_LANGUAGE
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
        relation = "copy" if copied else "original"
        if copied and self._chance.random() < RARE:
            relation = RARE_RELATION
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
                "story_id": story_id, "relation": relation,
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
