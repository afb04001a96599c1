"""Agencies that the last lines of an article name as its providers.

`... on Friday. (Reuters, dpa)`, `Quelle: dpa`, `© 2026 AFP`, `With files from The Canadian Press`,
`... in the capital. PTI ABC DEF`. Their words are in the languages' files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from streams.articles.agencies import signs
from streams.articles.agency_table import Found
from streams.articles.credit_words import (
    NAME,
    CreditWords,
    credit_words,
    is_credit,
    is_list,
    is_over,
    masked,
)
from streams.articles.languages import any_of, forms, words_of_all

# How much of a text's end is examined.
TAIL_CHARACTERS = 500
_CONTEXT_CHARACTERS = 70
_SENTENCE_CHARACTERS = 120
_LINE_CHARACTERS = 120
_COPYRIGHT = re.compile(
    rf"(?:©|\(c\)|\b(?:{any_of('copyrights', 'copyright')})\b)\s*(?:\(c\)|©)?"
    r"\s*(?:(?:19|20)\d\d)?(?:[-–](?:19|20)?\d\d)?"
    rf"\s*(?:(?:{any_of('copyrights', 'by')})\s+)?(?:(?:{any_of('copyrights', 'the')})\s+)?$",
    re.IGNORECASE,
)
_CONTRIBUTIONS = "|".join((
    *(rf"(?:{of['with']})\s+(?:(?:{of['additional']})\s+)?(?:(?:{of['agency']})\s+)?"
      rf"(?:{of['material']})\s+(?:{of['from']}|{of['by']})"
      for of in forms("contributions", "with", "material", "from")),
    *(rf"(?:{of['including']})[\s-]+(?:{of['included']})\s+(?:{of['from']})"
      for of in forms("contributions", "including", "included", "from")),
    *(rf"(?:{of['additional']})\s+(?:{of['added']})\s+(?:{of['from']}|{of['by']})"
      for of in forms("contributions", "additional", "added", "from")),
))  # fmt: skip
_WITH = re.compile(rf"\b(?:{_CONTRIBUTIONS})\b[^.\n]{{0,60}}$", re.IGNORECASE)
_CONTRIBUTED_WORD = any_of("contributions", "contributed")
_CONTRIBUTED = re.compile(
    rf"[^.\n]{{0,300}}\b(?:{_CONTRIBUTED_WORD})\b"
    rf"|\s*(?:[A-Z][\w-]+\s+){{0,3}}(?:{any_of('contributions', 'writers')})\b"
    rf"[^\n]{{0,450}}\b(?:{_CONTRIBUTED_WORD})\b"
)
_DESK_INITIALS = re.compile(r"\b[a-z]{2,4}(?:,[a-z]{2,3})?/[a-z/,]{2,12}$")
_DESK = re.compile(
    "|".join(
        rf"\b(?:{of['reporting']}) [^\n]{{2,160}}\b(?:{of['editing']})\b"
        for of in forms("desks", "reporting", "editing")
    ),
    re.IGNORECASE,
)
# Searching for a word takes a hundredth of the time that an expression takes to find nothing. Words
# that may begin with a capital are searched for without their first letter.
_EDITING = tuple(word[1:] for word in words_of_all("desks", "editing"))
_COPYRIGHT_MARKS = ("©", "(c)", *(word[1:] for word in words_of_all("copyrights", "copyright")))
_CONTRIBUTED_WORDS = words_of_all("contributions", "contributed")
_HINTS = words_of_all("contributions", "hints")
_PICTURE = re.compile(rf"\b(?:{any_of('credits', 'pictures')})\b", re.IGNORECASE)
_MOST_BEHIND_CHARACTERS, _MOST_NAME_WORDS = 60, 4
_WITH_WORD = re.compile(
    rf"^(?=[^.!?。]*$).*\b(?:{any_of('credits', 'with')})\s"
    rf"(?:{any_of('credits', 'behind_with')})?$",
    re.MULTILINE,
)
_FULL_STOP = re.compile(r"\.(?!\w)")  # `Quelle: daily.example, abc/dpa` has none
_SENTENCE_END = re.compile(r"[.!?。！？”\"»)]\s|\n")
_ARTICLES = re.compile(rf"(?:\b(?:{any_of('credits', 'articles')})\s+|\bl['’])$")


def agencies_at_the_end(
    text: str, found: list[Found], story_end: int, known: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(agency, evidence) of the last lines, each agency's best.

    `found` are the agencies in the last `TAIL_CHARACTERS`; boilerplate begins at `story_end`.
    Those of `known` need no evidence.
    """
    offset = max(0, len(text) - TAIL_CHARACTERS)
    tail = text[offset:]
    if _has(tail, _EDITING) and _DESK.search(tail):
        yield "Reuters", "end_line"  # only its desk signs like this
    if all(name.agency in known for name in found):
        return
    found = [
        Found(agency, start - offset, end - offset, short) for agency, start, end, short in found
    ]
    bare = masked(tail, found)
    sure = {*known}
    for name in found:
        if name.agency in sure:
            continue
        if (kind := _kind(tail, bare, name)) is None and name.end <= story_end - offset < len(tail):
            kind = _kind(tail[: story_end - offset], bare[: story_end - offset], name)
        if kind is not None:
            yield name.agency, kind
        if kind == "end_line":
            sure.add(name.agency)


def _kind(tail: str, bare: str, name: Found) -> str | None:
    """Which evidence a name in the tail is; None if it is not evidence."""
    before, after = tail[: name.start], tail[name.end :]
    near = before[-_CONTEXT_CHARACTERS:]
    if _has(near, _COPYRIGHT_MARKS) and _COPYRIGHT.search(near):
        return "copyright" if _is_last(bare[name.end :]) else None
    if _has(after, _CONTRIBUTED_WORDS) and _CONTRIBUTED.match(after):
        return "contributed"
    if _has(near, _HINTS) and _WITH.search(before[-120:]):
        return "contributed"
    if _in_standing_sentence(before[-_SENTENCE_CHARACTERS:], after):
        return "contributed"
    start, spelling = before.rfind("\n") + 1, tail[name.start : name.end]
    end = tail.find("\n", name.end)
    line = bare[start : end if end >= 0 else None]
    if _PICTURE.search(_SENTENCE_END.split(near)[-1]) or _PICTURE.match(after.lstrip()):
        return None
    return "end_line" if _ends_with(bare, start, name, line, spelling) else None


def _has(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _is_last(rest: str) -> bool:
    """Whether at most a line or two follows a copyright: otherwise it is a picture's."""
    lines = [line for line in rest.split("\n")[1:] if line.strip()]
    return not any(len(line) > _LINE_CHARACTERS for line in lines) and len(lines) <= 4


def _in_standing_sentence(before: str, after: str) -> bool:
    before = before[max(before.rfind("\n"), before.rfind(". ")) + 1 :].lower()
    bare = _ARTICLES.sub("", before).rstrip()
    words = credit_words()
    standing = bare.endswith(words.openings) or (
        bare.endswith(words.lefts)
        and any(
            bare.endswith(left) and after.lower().startswith(right)
            for left, right in words.sentences
        )
    )
    return standing and not _PICTURE.search(before)


def _ends_with(bare: str, start: int, name: Found, line: str, spelling: str) -> bool:
    """Whether a name is in a source line, or after the last sentence."""
    words = credit_words()
    before, after = bare[: name.start], bare[name.end :]
    rest = after.split("\n", 1)[0]
    if len(rest) < _MOST_BEHIND_CHARACTERS and _is_labelled(before[-80:], words):
        return True
    opening = max(before.rfind(c) for c in "([（【")
    if opening >= start and len(before) - opening < 50 and not _closes(before[opening:]):
        return _in_brackets(before[:opening], before[opening + 1 :], after)
    return is_over(after) and _follows(before, start, line, name, spelling)


def _follows(before: str, start: int, line: str, name: Found, spelling: str) -> bool:
    """Whether a name is on a line of its own, or right after a finished sentence."""
    lead = credit_words().lead.search(before, max(start, name.start - _LINE_CHARACTERS))
    sentence = before[start : lead.start() if lead else name.start]
    led = before[start + len(sentence) :].replace(NAME, "").strip()
    if not sentence.strip():
        return start > 0 and is_credit(line) and (bool(led) or _stands_alone(spelling, name))
    if start > 0 and _is_person(sentence) and "/" not in led:  # `Ana Berg/AFP` is a picture's
        return not name.short or spelling.startswith("/")
    if start > 0 and _WITH_WORD.search(before) and len(line) < _MOST_BEHIND_CHARACTERS:
        return True  # a short last line without a full stop: `L'essentiel de l'info avec AFP`
    if led or before[-1:].isspace():
        return _is_finished(sentence)
    # Joined to the last sentence: `... on Friday.”AP`; `all’ANSA` and `x/AFP` are not.
    return not before[-1:].isalnum() and before[-1:] not in "/|(-'’"


def _closes(text: str) -> bool:
    return any(c in text for c in ")]）】")


def _stands_alone(spelling: str, name: Found) -> bool:
    """Whether a name may be a line by itself: `AAP`, and not `Petra`, which is a person, too."""
    if not name.short or spelling in signs():
        return True
    return spelling == spelling.upper() or not spelling.isalpha()


def _is_labelled(near: str, words: CreditWords) -> bool:
    """`Source: ...` right before a name."""
    if ":" not in near and "：" not in near:
        return False
    between = (near[label.end() :] for label in words.labelled.finditer(near))
    return any(len(text) < 40 and not _FULL_STOP.search(text) for text in between)


def _in_brackets(before: str, inside: str, after: str) -> bool:
    """`(Reuters, dpa)` after a finished sentence or the desk's initials, with little after it."""
    closing = min((at for c in ")]）】" if (at := after.find(c)) >= 0), default=-1)
    if not 0 <= closing < 90:
        return False
    if _DESK_INITIALS.search(before.rstrip(" \n\t-–—")):
        return True  # `cw/kl (AFP, Federal Ministry of Transport)`
    behind = after[closing + 1 :].strip(" .\n-–—*\t")
    if not is_list(f"{inside}{NAME}{after[:closing]}") or not _is_finished(before):
        return False
    return len(behind) < 25 or is_over(behind) or _is_trailer(behind)


def _is_trailer(behind: str) -> bool:
    """Lines of names and initials after a credit: `autor: Ana Berg`, `abc/ def/`."""
    lines = [line.strip() for line in behind.split("\n") if line.strip()]
    return len(lines) <= 4 and all(
        len(line) < 40 and line[-1] not in ".!?。" and len(line.split()) <= 5 for line in lines
    )


def _is_person(text: str) -> bool:
    """`Ana Berg`, who signs for the agency after the comma."""
    words = text.split()
    return 1 < len(words) <= _MOST_NAME_WORDS and all(word[:1].isupper() for word in words)


def _is_finished(before: str) -> bool:
    """Whether a sentence ends here, or the desk's initials follow it."""
    bare = before.rstrip(" \n\t-–—/*")
    if not bare or bare[-1] in '.!?…。！？"”’»):।۔؟':
        return True
    return _DESK_INITIALS.search(bare) is not None
