"""Takes of one item: a first report and the longer one that replaces it, a teaser and its article.

Such a text is wholly contained in the longer one and makes up little of it, like a quoted
paragraph. So its share proves nothing, and something else must: the text itself says that it
continues elsewhere; or both have the same slug; or a headline is marked as an update, and has half
of its words in common with the other's. Takes come from one agency or publisher, within hours.
"""

from __future__ import annotations

import re

import numpy as np

from streams.articles.languages import any_of
from streams.detection.index.segment import TRUNCATED, Rows
from streams.detection.judge.relations import EXCERPT, Judged
from streams.detection.sketch.entry import title_words

# Hours may pass between an item's first take and its last update.
_TAKES_MILLISECONDS = 12 * 3_600_000
# Of the significant words of both headlines.
_SAME_HEADLINE = 0.5

# Brackets and colons, of full width, too.
_OPEN, _CLOSE, _COLON = r"\[(\uff08\u3010", r"\])\uff09\u3011", r":\uff1a"

# How agencies mark what replaces an earlier take, before the headline or in brackets.
_MARK = re.compile(
    rf"^\W*(?:(?:{any_of('takes', 'marks')})\b\s*\d*\s*[-{_COLON}.\u2013\u2014|{_CLOSE}]"
    rf"|\d\s?(?:ST|ND|RD|TH)\s+L(?:EA)?D\b|\d\.\s*(?:{any_of('takes', 'numbered')})\b"
    rf"|[{_OPEN}]\s*\u66f4\u65b0)"
    rf"|[{_OPEN}](?:(?:{any_of('takes', 'in_brackets_numbered')})\s*\d*"
    rf"|{any_of('takes', 'in_brackets')})[{_CLOSE}]\W*$",
    re.IGNORECASE,
)


def join_takes(judged: Judged, this: Rows, other: Rows) -> None:
    """Make members of those of p pairs of rows that are takes of one item."""
    for at in np.flatnonzero(judged.little).tolist():
        cut = judged.relation[at] == EXCERPT
        inner = this[at] if cut else other[at]
        if inner["flags"] & TRUNCATED or _are_takes(this[at], other[at]):
            judged.member[at] = True
            judged.rank[at] += 4


def _are_takes(this: np.void, other: np.void) -> bool:
    if abs(int(this["time"]) - int(other["time"])) > _TAKES_MILLISECONDS:
        return False
    if not any(this[name] and this[name] == other[name] for name in ("provider", "source")):
        return False
    if this["slug"] and this["slug"] == other["slug"]:
        return True
    one, two = (row["headline"].rstrip(b"\0").decode() for row in (this, other))
    return (is_marked(one) or is_marked(two)) and _one_headline(one, two)


def is_marked(headline: str) -> bool:
    """Whether a headline says that its article replaces an earlier take."""
    return _MARK.search(headline) is not None


def _one_headline(one: str, other: str) -> bool:
    words, others = (title_words(_MARK.sub("", headline)) for headline in (one, other))
    fewer = min(len(words), len(others))
    return fewer > 1 and len(words & others) >= _SAME_HEADLINE * fewer
