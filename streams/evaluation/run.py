"""Run the core over labelled documents, and score its verdicts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice

import orjson

from schemas.records import DetectionRecord, EnrichedArticleRecord, MatchRecord
from streams.detection.parameters import Parameters
from streams.evaluation.labelled import Labelled, Pair
from streams.evaluation.measures import PairScore, adjusted_rand_index, pairs_within, score_pairs
from streams.pipeline import Pipeline
from streams.settings import Settings

# Relations that claim a copy; `similar` and `template` deny it.
CLAIMS = frozenset({"copy", "excerpt", "expansion", "compilation", "revision"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """The core's verdicts on a labelled set, and how right they are."""

    verdicts: dict[int, DetectionRecord]  # `idx` -> `detection`
    matches: dict[Pair, MatchRecord]  # every listed match between two documents
    stories: set[Pair]  # pairs in one story
    story_score: PairScore
    match_score: PairScore
    rand_index: float
    relations: dict[str, tuple[int, int]]  # of claimed matches: (right, wrong)
    rejected: dict[str, int]  # reason -> documents that have no verdict


def run(labelled: Labelled, settings: Settings, parameters: Parameters, by_time: bool) -> Outcome:
    """Decide on every document, in order of time or of the file."""
    verdicts: dict[int, DetectionRecord] = {}
    ids: dict[str, int] = {}
    replaced: dict[str, str] = {}
    rejected: Counter[str] = Counter()
    pipeline = Pipeline(
        parameters, limit_bytes=settings.record_bytes, outlets_file=settings.outlets_file
    )
    source = iter(labelled.ordered(by_time))
    while some := list(islice(source, settings.chunk_records)):
        taken = pipeline.take(pipeline.records(some))
        decision = taken.decision
        rejected.update(why.reason.value for _, why in taken.chunk.rejections)
        for line in decision.enriched if decision is not None else []:
            article: EnrichedArticleRecord = orjson.loads(line)
            if article["parent_id"] is None:
                idx = int(str(article["producer_id"]))
                ids[article["article_id"]] = idx
                verdicts[idx] = article["detection"]
        for _, _, _, record in decision.stories if decision is not None else []:
            if successor := (story := orjson.loads(record))["replaced_by"]:
                replaced[story["story_id"]] = successor
    for verdict in verdicts.values():
        while successor := replaced.get(verdict["story_id"] or ""):
            verdict["story_id"] = successor
    return _scored(labelled, verdicts, ids, dict(rejected.most_common()))


def _scored(
    labelled: Labelled,
    verdicts: dict[int, DetectionRecord],
    ids: dict[str, int],
    rejected: dict[str, int],
) -> Outcome:
    matches: dict[Pair, MatchRecord] = {}
    for idx, verdict in verdicts.items():
        for match in verdict["matches"]:
            other = ids.get(match["article_id"], idx)
            if other != idx:
                matches[min(idx, other), max(idx, other)] = match
    claimed = {pair for pair, match in matches.items() if match["relation"] in CLAIMS}
    stories = pairs_within({idx: v["story_id"] for idx, v in verdicts.items() if v["story_id"]})
    documents = labelled.documents
    gold = [
        d["cluster"] if d.get("cluster", -1) >= 0 else f"alone {i}" for i, d in documents.items()
    ]
    said = [verdicts[i]["story_id"] if i in verdicts else f"missing {i}" for i in documents]
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for pair in claimed:
        label = labelled.labels.get(pair, "unlabelled")
        if label != "GREY":
            (right if label == "POS" else wrong)[matches[pair]["relation"]] += 1
    return Outcome(
        verdicts,
        matches,
        stories,
        score_pairs(stories, labelled.labels),
        score_pairs(claimed, labelled.labels),
        adjusted_rand_index(gold, said),
        {name: (right[name], wrong[name]) for name in sorted(right | wrong)},
        rejected,
    )
