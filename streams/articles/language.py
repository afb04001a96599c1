"""The language of a text."""

from __future__ import annotations

import pycld2
from resiliparse.parse.lang import detect_fast

UNDETERMINED = "und"

# detect_fast returns an out-of-place distance: the lower the surer. Below this one, none of 6,700
# English articles was called anything else; above it, cld2 (three times slower) decides.
_SURE_DISTANCE = 370
_SAMPLE_CHARACTERS = 1_000
# But close relatives it mixes up however sure it is: it has called Portuguese Galician at 369.
_CLOSE_RELATIVES = frozenset(
    {"pt", "gl", "es", "ca", "da", "no", "cs", "sk", "hr", "bs", "sr", "id", "ms", "nl", "af"}
)

# The commonest language has the cheapest test. English has one of these words in 45 characters,
# " the " alone in 120; no other language has both anywhere near.
_ENGLISH_CHARACTERS = 600
_OTHER_ENGLISH_WORDS = ("to ", "of ", "and ", "in ")  # a look for a blank stops at every word

# Codes that detectors use and ISO 639 does not, and macro-languages that detectors mix up.
_ALIASES = {
    "iw": "he", "in": "id", "jw": "jv", "mo": "ro", "nb": "no", "nn": "no", "tl": "fil",
    "zh-Hant": "zh", "zh-TW": "zh", "un": UNDETERMINED, "xxx": UNDETERMINED,
}  # fmt: skip


def language_of(text: str, claimed: str | None) -> str:
    """ISO 639 code of a text's language, `und` where nothing tells.

    `claimed` is the producer's own tag: it is taken where the text agrees with it, and where the
    text says nothing.
    """
    tag = _code(claimed.replace("_", "-").split("-")[0].lower()) if claimed else None
    if not text:
        return tag or UNDETERMINED
    if _is_plainly_english(text[:_ENGLISH_CHARACTERS]):
        return "en"
    sample = text[:_SAMPLE_CHARACTERS].replace("\n", " ")
    code, distance = detect_fast(sample)
    found = _code(code)
    sure = distance <= _SURE_DISTANCE and found not in _CLOSE_RELATIVES
    if found and (found == tag or sure):
        return found
    return _second_opinion(sample) or tag or UNDETERMINED


def _is_plainly_english(sample: str) -> bool:
    found = sample.count("the ")
    if found * 250 < len(sample):
        return False
    for word in _OTHER_ENGLISH_WORDS:  # most samples need no look for all of them
        if found * 80 > len(sample):
            return True
        found += sample.count(word)
    return found * 80 > len(sample)


def _second_opinion(sample: str) -> str | None:
    try:
        reliable, _, details = pycld2.detect(sample)
    except pycld2.error:  # characters that it takes for broken UTF-8
        return None
    return _code(details[0][1]) if reliable else None


def _code(code: str) -> str | None:
    code = _ALIASES.get(code, code)
    if code == UNDETERMINED or not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()):
        return None
    return code
