"""Standing text: what a publisher's pages share whatever their story.

Walls, consent notices and error pages arrive as articles, with the headlines of the articles that
they stand in for; and real articles carry the same closing paragraphs. Neither is evidence of a
copy. Both are learnt from the window alone: a row records whether its headline says anything about
its text, and the index has the newest articles with each of a text's keys. So they are recognised
from the third on, within the bounds and the recovery of the shard's state, in any language and for
any publisher.
"""

from __future__ import annotations

from streams.detection.index.segment import STANDING, STRANGE_HEADLINE
from streams.detection.index.view import View
from streams.detection.judge.relations import COPY, EXCERPT, EXPANSION, SIMILAR, TEMPLATE, Match
from streams.detection.sketch.entry import title_words
from streams.detection.sketch.sketches import NO_KEY

# Pages of one standing text differ at most in a date or a counter.
_SAME_TEXT = 0.7
# This many pages with it, besides this one, under headlines that have nothing in common.
_PAGES_BEFORE = 2
# Two headlines with less than this share of the shorter one's words are of two stories.
_RELATED = 0.34
# A passage: this many sampled 5-grams, in articles that share less than this of their own.
_PASSAGE_KEYS, _APART = 3, 0.7
# What two texts must share apart from standing passages, of the shorter one's rest.
_LEAST_REST = 0.5

_CLAIMS = (COPY, EXCERPT, EXPANSION)


def is_standing(place: int, matches: list[Match], view: View) -> bool:
    """Whether this article's text is standing text: the third or later page that has it under a
    headline that says nothing about it, and has nothing in common with the earlier headlines."""
    if not view.flags(view.base + place) & STRANGE_HEADLINE:
        return False
    headlines = [title_words(view.row_view(view.base + place).headline)]
    for match in matches:
        if match.jaccard < _SAME_TEXT or match.relation not in (*_CLAIMS, TEMPLATE):
            continue
        flags = view.flags(match.serial)
        if flags & STANDING:
            return True
        if not flags & STRANGE_HEADLINE:
            continue
        words = title_words(view.row_view(match.serial).headline)
        if not any(_related(words, other) for other in headlines):
            headlines.append(words)
    return len(headlines) > _PAGES_BEFORE


def _related(one: set[str], other: set[str]) -> bool:
    return len(one & other) >= _RELATED * min(len(one), len(other))


def _strangers(one: set[str], other: set[str]) -> bool:
    return bool(one and other) and one.isdisjoint(other)


def without_passages(place: int, matches: list[Match], view: View) -> list[Match]:
    """The matches, downgraded to similar if a claim rests on passages that the publisher's other
    articles have, too."""
    if len(matches) < _PAGES_BEFORE:
        return matches
    source = view.row_view(view.base + place).source
    if not source or not any(match.relation in _CLAIMS for match in matches):
        return matches
    carriers = [m.serial for m in matches if view.row_view(m.serial).source == source]
    if len(carriers) < _PAGES_BEFORE:
        return matches
    own = _keys_of_row(view, view.base + place)
    standing = own & _passages(carriers, view)
    if len(standing) < _PASSAGE_KEYS:
        return matches
    headline = title_words(view.row_view(view.base + place).headline)
    kept = [_weighed(match, headline, own, standing, view) for match in matches]
    return sorted(kept, key=lambda m: (-m.rank, m.serial))


def _passages(carriers: list[int], view: View) -> set[int]:
    """The keys shared by two of the articles whose headlines have nothing in common, and whose
    texts have little else in common."""
    found: set[int] = set()
    keys = {serial: _keys_of_row(view, serial) for serial in carriers}
    headlines = {serial: title_words(view.row_view(serial).headline) for serial in carriers}
    for at, one in enumerate(carriers):
        for other in carriers[at + 1 :]:
            shared = keys[one] & keys[other]
            apart = len(shared) < _APART * min(len(keys[one]), len(keys[other]))
            # The headlines of a developing story have at least a name in common.
            if apart and _strangers(headlines[one], headlines[other]):
                found |= shared
    return found


def _weighed(
    match: Match, headline: set[str], own: set[int], standing: set[int], view: View
) -> Match:
    other = view.row_view(match.serial)
    if match.relation not in _CLAIMS or not _strangers(headline, title_words(other.headline)):
        return match
    theirs = _keys_of_row(view, match.serial)
    rest = min(len(own - standing), len(theirs - standing))
    if len((own & theirs) - standing) >= _LEAST_REST * max(1, rest):
        return match
    return match._replace(relation=SIMILAR, member=False, rank=min(match.rank, 1.0))


def _keys_of_row(view: View, serial: int) -> set[int]:
    keys = set(view.row(serial)["frac"].tolist())
    keys.discard(NO_KEY)
    return keys
