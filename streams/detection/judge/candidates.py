"""Which earlier articles a chunk's articles resemble, and how much."""

from __future__ import annotations

import numpy as np

from streams.detection.index.key_index import Integers
from streams.detection.index.segment import STANDING, Rows
from streams.detection.judge.fact_counts import compare_facts
from streams.detection.judge.match_stats import MatchStats
from streams.detection.judge.relations import Match, judge
from streams.detection.judge.similarity import compare
from streams.detection.judge.takes import join_takes
from streams.detection.parameters import Parameters

# Place in the chunk -> the article's matches.
Found = dict[int, list[Match]]

# Pairs compared at once: 4,096 take 7 MB. A chunk of equal texts has tens of thousands.
PAIRS_AT_ONCE = 4096


def matches_of(
    this: Rows,
    other: Rows,
    places: Integers,
    serials: Integers,
    parameters: Parameters,
    stats: MatchStats,
) -> Found:
    """Score p pairs of rows -> the listed matches of each place, best first.

    `places` (p,) are the chunk's articles, ascending; `serials` (p,) are the other rows'.
    """
    if not len(places):
        return {}
    scores, facts = compare(this, other), compare_facts(this, other)
    this_words, other_words = this["words"].astype(np.int64), other["words"].astype(np.int64)
    same_item = (this["article_id"] == other["article_id"]).all(1)
    judged = judge(scores, facts, this_words, other_words, same_item, parameters)
    join_takes(judged, this, other)
    stats.add(scores.jaccard, judged.listed, judged.relation)
    at = np.flatnonzero(judged.listed)
    if not len(at):
        return {}
    at = at[np.lexsort((serials[at], -judged.rank[at], places[at]))]
    same = facts.numbers_agreeing + facts.names_agreeing
    different = facts.numbers_differing + facts.names_differing
    found: Found = {}
    for place, match in zip(
        places[at].tolist(),
        map(
            Match,
            serials[at].tolist(),
            judged.relation[at].tolist(),
            judged.member[at].tolist(),
            judged.rank[at].tolist(),
            scores.jaccard[at].round(4).tolist(),
            scores.of_this[at].round(4).tolist(),
            scores.of_other[at].round(4).tolist(),
            scores.shared_keys[at].tolist(),
            np.ceil(same[at]).astype(np.int64).tolist(),
            np.ceil(different[at]).astype(np.int64).tolist(),
            ((other["flags"][at] & STANDING) != 0).tolist(),
        ),
        strict=True,
    ):
        if place in found:
            found[place].append(match)
        else:
            found[place] = [match]
    return found
