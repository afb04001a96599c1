"""A dateline's place and date: `New Delhi [India], Mar 2`, `Praha 2. března`, `BONN /Germany/`."""

from __future__ import annotations

import re
from typing import NamedTuple

from streams.articles.written_time import is_day_or_month

_PLACE_CHARACTERS = 60
_MOST_TOKENS = 9
_PARTS = re.compile(r"[\s,./–—:-]+")
_BRACKETED = re.compile(r"\s*(?:\[[^\]]*\]|\([^)]{0,12}\))")
_NUMERIC_DATE = re.compile(r"\d{1,2} ?[-/.] ?\d{1,2}(?: ?[-/.] ?\d{2,4})?$")
_SMALL = frozenset(
    "de di del da do la le el of von am an der den im i e y und and et in a du des o os as las los "
    "van ten op sur sous lez on upon st nd rd th".split()
)
# `(AP Photo)` is a caption's; `(Reuters Health)` is a service.
PICTURES = frozenset(
    "photo photos foto fotos image images picture pictures video file bild".split()
)
# Words that open a sentence with a date in it: `On March 2 (AFP) ...`.
_NO_PLACE = frozenset("on in at since from until by when after before and but as with for".split())
_ON = frozenset(("في", "بتاريخ"))  # stands before the date


class Place(NamedTuple):
    """What stands before an agency: a city (None: a date alone), and whether there is a date."""

    city: str | None
    dated: bool


def place_in(text: str) -> Place | None:
    """Read what stands before an agency; None if that is more than a place and a date."""
    text = _BRACKETED.sub("", text)
    tokens = [token for token in _PARTS.split(text) if token]
    if ":" in text or any(token.lower() in PICTURES for token in tokens):
        return None
    if not tokens or len(text) > _PLACE_CHARACTERS or len(tokens) > _MOST_TOKENS:
        return None
    if tokens[0].lower() in _NO_PLACE:
        return None
    if any(t[:1].islower() and t.lower() not in _SMALL and not is_day_or_month(t) for t in tokens):
        return None
    # Numbers may be words: `तीन मार्च`. With capitals, `Mr March` is a person.
    numbered = any(map(str.isdigit, text)) or text.upper() == text.lower()
    dated = numbered and any(map(is_day_or_month, tokens))
    dated = dated or _NUMERIC_DATE.search(text) is not None
    parts = re.split(r",|\.\s(?=\d)", text)
    cities = (city for part in parts[:2] if (city := _city(part.strip())))
    return Place(next(cities, None), dated)


def _city(text: str) -> str | None:
    """The place without a date beside it: `Praha 2. března`."""
    words = text.split(" /", 1)[0].split()  # `BONN /Germany/`
    numbers = {n for n, word in enumerate(words) if any(map(str.isdigit, word))}
    kept = [
        word
        for n, word in enumerate(words)
        if n not in numbers
        and not (is_day_or_month(word) and {n - 1, n + 1} & numbers)
        and any(map(str.isalpha, word))
    ]
    while kept and kept[-1] in _ON:
        kept.pop()
    city = " ".join(kept).strip(" /")
    return (city if city.count(".") > 1 else city.strip(".")) or None
