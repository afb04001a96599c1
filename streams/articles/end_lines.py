"""Agencies that the last lines of an article name as its providers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from streams.articles.agency_table import Found

# How much of a text's end is looked at.
TAIL_CHARACTERS = 500
_CONTEXT_CHARACTERS = 70
# Between the names of a list of agencies.
LISTED = re.compile(
    r"[\s,/;&+|–-]+|\b(?:and|und|et|y|e|with|news|agency|agencies|agenturen|agencias|afx|infocom|via|from|by|source|sources|photo)\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:^|[\n.!?”\"])\s*(?:\W*)(?:sources?|quellen?|fuentes?|fonte|источник|credit|via|bron|来源|來源|出典|المصدر)\s*[:：-]+\s*-?",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|\bcopyright\b)\s*(?:\(c\)|©)?\s*(?:(?:19|20)\d\d)?(?:[-–](?:19|20)?\d\d)?\s*(?:by\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_WITH = re.compile(
    r"""\b(?:with\s+(?:additional\s+)?(?:agency\s+)?
        (?:inputs?|reporting|files?|material|information|reports|contributions?)\s+(?:from|by)
    | includ(?:es|ing)[\s-]+(?:material|information|reporting)\s+from
    | additional\s+(?:reporting|material|inputs?)\s+(?:from|by)
    | mit\s+material\s+(?:von|der))\b[^.\n]{0,60}$""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTRIBUTED = re.compile(
    r"""[^.\n]{0,300}\bcontribut(?:ed|ing)\b
    | \s*(?:[A-Z][\w-]+\s+){0,3}(?:writers?|reporters?|journalists?|correspondents?)\b
        [^\n]{0,450}\bcontribut(?:ed|ing)\b""",
    re.VERBOSE,
)
_DESK_INITIALS = re.compile(r"\b[a-z]{2,4}(?:,[a-z]{2,3})?/[a-z/,]{2,12}$")
_DESK = re.compile(r"\breporting by [^\n]{2,160}\bediting by\b", re.IGNORECASE)


def agencies_at_the_end(text: str, found: list[Found]) -> Iterator[tuple[str, str]]:
    """(agency, evidence) of the last lines."""
    offset = max(0, len(text) - TAIL_CHARACTERS)
    tail = text[offset:]
    if "diting by" in tail and _DESK.search(tail):
        yield "Reuters", "end_line"  # only its desk signs like this
    for match in found:
        before, after = tail[: match.start], tail[match.end :]
        near = before[-_CONTEXT_CHARACTERS:]
        # A look for a word takes a hundredth of what an expression takes to find nothing.
        if ("©" in near or "opyright" in near or "(c)" in near) and _COPYRIGHT.search(near):
            yield match.agency, "copyright"
        elif ("ontribut" in after and _CONTRIBUTED.match(after)) or (
            (" from" in near or " by" in near or " mit " in near) and _WITH.search(before[-120:])
        ):
            yield match.agency, "contributed"
        elif _ends_with(before, match, after):
            yield match.agency, "end_line"


def _ends_with(before: str, match: Found, after: str) -> bool:
    """Whether a name stands in a source line, or in a list of names after the last sentence."""
    line, rest = before[before.rfind("\n") + 1 :], after.split("\n", 1)[0]
    if _in_source_line(before[-80:], rest):
        return True
    opening = max(before.rfind(c) for c in "([（【")
    if opening >= 0 and len(before) - opening < 50 and ")" not in before[opening:]:
        return _in_brackets(before[:opening], before[opening + 1 :], after)
    if after.strip(" .\n-–—)*\t"):
        return False
    # `... on Monday. - Reuters`, or a last line that is nothing but agencies.
    if line and not line[-1].isalnum() and not line[-1].isspace() and line[-1] not in "/|(-":
        return True  # glued to the last sentence: `... on Friday.”AP`
    dash = max(line.rfind(c) for c in "-–—/|")
    if dash >= 0 and not line[dash + 1 :].strip():
        bare = before[: len(before) - len(line) + dash]
        return _is_finished(bare) or not line[:dash].strip(" -–—/")
    return len(line) < len(before) and not match.short and _is_list(line + rest)


def _in_source_line(near: str, rest: str) -> bool:
    """`Source: ...` right before a name, and little behind it."""
    if len(rest) >= 60 or not (":" in near or "：" in near):
        return False
    between = (near[source.end() :] for source in _SOURCE.finditer(near))
    return any(len(text) < 40 and "." not in text for text in between)


def _in_brackets(before: str, inside: str, after: str) -> bool:
    """`(Reuters, dpa)` after a finished sentence or the desk's initials, and little behind it."""
    closing = min((at for c in ")]）】" if (at := after.find(c)) >= 0), default=-1)
    if not 0 <= closing < 90:
        return False
    if _DESK_INITIALS.search(before.rstrip(" \n\t-–—")):
        return True  # `cw/kl (AFP, Federal Ministry of Transport)`
    behind = after[closing + 1 :].strip(" .\n-–—*\t")
    return _is_list(inside + after[:closing]) and _is_finished(before) and len(behind) < 25


def _is_list(inside: str) -> bool:
    """A few short names and nothing else."""
    words = [word for word in LISTED.split(inside) if word]
    return len(words) <= 7 and all(
        word[:1].isupper() or len(word) <= 4 or not word.isascii() for word in words
    )


def _is_finished(before: str) -> bool:
    bare = before.rstrip(" \n\t-–—/*")
    if not bare or bare[-1] in '.!?…。！？"”’»):':
        return True
    return _DESK_INITIALS.search(bare) is not None
