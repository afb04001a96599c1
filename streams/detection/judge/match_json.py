"""Matches as published: JSON with scores, and a sentence for the reader."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache

import orjson

from schemas.records import ChangedFactRecord, MatchRecord
from streams.detection.index.view import View
from streams.detection.judge.changed_facts import changes_in_words
from streams.detection.judge.relations import (
    COPY,
    EXCERPT,
    EXPANSION,
    RELATIONS,
    REVISION,
    SIMILAR,
    TEMPLATE,
    Match,
)

# A template with fewer differing facts was recognised by its frame.
_LEAST_OTHER_FACTS = 2


def matches_json(
    words: int,
    matches: list[Match],
    view: View,
    most: int,
    parts: Collection[int] = (),
    changed_since: Callable[[int], list[ChangedFactRecord]] | None = None,
) -> tuple[bytes, str]:
    """-> (matches as a JSON array, the reason of the best one); at most `most`, without duplicates.

    `words` is the length of this text; `parts` are the serials that it is a compilation of;
    `changed_since` says which numbers changed since the article with a serial.
    """
    written: dict[str, MatchRecord] = {}
    first = ""
    for match in matches:
        other = view.row_view(match.serial)
        if other.article_id in written:
            continue
        name = f"“{other.headline}”" if other.headline else "an untitled article"
        if other.source:
            name = f"{name} ({other.source})"
        in_parts = match.serial in parts
        changed: list[ChangedFactRecord] = []
        if changed_since is not None and may_have_changed(match):
            changed = changed_since(match.serial)
        why = reason(match, name, words, other.words, in_parts) + changes_in_words(changed)
        first = first or why
        written[other.article_id] = {
            "article_id": other.article_id,
            "source": other.source or None,
            "relation": "compilation" if in_parts else RELATIONS[match.relation],
            "jaccard": match.jaccard,
            "containment": {"of_this": match.of_this, "of_other": match.of_other},
            "shared_keys": match.shared_keys,
            "facts": {
                "same": match.same_facts,
                "different": match.different_facts,
                "changed": changed,
            },
            "member": match.member and not parts,
            "reason": why,
        }
        if len(written) == most:
            break
    return orjson.dumps(list(written.values())), first


def may_have_changed(match: Match) -> bool:
    """Whether numbers may have changed within the same report; a template's belong to another
    report."""
    return match.different_facts > 0 and match.relation not in (SIMILAR, TEMPLATE)


def reason(match: Match, name: str, words: int, other_words: int, in_parts: bool) -> str:
    """Why it is a match. `name` refers to the other article; lengths in words."""
    of_this, of_other = _percent(match.of_this), _percent(match.of_other)
    if in_parts:
        why = f"{of_other} of the text of {name} stands in this one, beside other stories."
    elif match.relation == COPY:
        why = (
            f"{of_this} of this text stands in {name}, and {of_other} of that in this"
            f" (Jaccard {match.jaccard:.2f})."
        )
    elif match.relation == EXCERPT:
        longer = f"{_times(other_words, words)} as long"
        why = f"{of_this} of this text stands in {name}, which is {longer}{_end(match)}"
    elif match.relation == EXPANSION:
        longer = f"{_times(words, other_words)} as long"
        why = f"{of_other} of the text of {name} stands in this one, which is {longer}{_end(match)}"
    elif match.relation == TEMPLATE:
        compared = match.same_facts + match.different_facts
        why = (
            f"The wording of {name} with other names: the function words around them are the same."
        )
        if match.numbers_found:
            found, kept = match.numbers_found
            why = (
                f"Much of the wording of {name} with other numbers: {kept - found} of {kept} that"
                " were sampled from it are not in this text."
            )
        elif match.different_facts >= _LEAST_OTHER_FACTS:
            why = (
                f"The wording of {name} with other facts: {match.different_facts} of {compared}"
                " numbers and names that stand in the same places differ."
            )
    elif match.relation == REVISION:
        why = f"An earlier version of the same item; {of_this} of this text stands in it."
    elif match.shared_keys:
        why = f"{of_this} of this text stands in {name}, {of_other} of that in this: too little."
    else:
        why = f"Some wording is that of {name} (Jaccard {match.jaccard:.2f}): too little."
    return why


@lru_cache(maxsize=16_384)
def _percent(share: float) -> str:
    """Shares have four decimals."""
    return f"{share:.0%}"


def _end(match: Match) -> str:
    return "." if match.member else ": too little of it to share its story."


def _times(longer: int, shorter: int) -> str:
    ratio = longer / max(1, shorter)
    return f"{ratio:.1f} times" if ratio >= 1.05 else "about"
