"""The language of a text."""

from __future__ import annotations

import numpy as np
from resiliparse.parse.lang import detect_fast

from streams.articles.encoded import Bounds, Bytes, Encoded, Flags
from streams.articles.language_model import classify
from streams.compiled import kernel

UNDETERMINED = "und"

# detect_fast returns an out-of-place distance: lower is surer. Below this one, none of 6,700
# English articles was called anything else; above it, py3langid's model (slower) decides.
_SURE_DISTANCE = 370
_SURE_ENGLISH_DISTANCE = 550  # none of 7,200 texts that it called English by then was anything else
_SAMPLE_CHARACTERS = 1_000
# The model is as accurate on 50 words as on a page, and its time grows with the length.
_MODEL_CHARACTERS = 500
# Below these probabilities the model is guessing: a word or two must not outvote the tag,
# while fifty words of a table of results are still distinguished from no language at all.
_LEAST_PROBABILITY, _LEAST_OF_SHORT = 0.1, 0.5
_SHORT_CHARACTERS = 100
# But it confuses close relatives however sure it is: it has called Portuguese Galician at 369.
_CLOSE_RELATIVES = frozenset(
    {"pt", "gl", "es", "ca", "da", "no", "cs", "sk", "hr", "bs", "sr", "id", "ms", "nl", "af"}
)

# The most common language has the cheapest test. English has one of these words per 45 characters,
# " the " alone per 120; no other language comes near both.
_ENGLISH_CHARACTERS = 600
_THE, _AND, _TO, _OF, _IN = (tuple(word) for word in (b"the ", b"and ", b"to ", b"of ", b"in "))

# Codes that detectors use but ISO 639 does not, and languages whose news is written in another:
# detectors confuse these, and copies would end up in two shards.
_ALIASES = {
    "iw": "he", "in": "id", "jw": "jv", "mo": "ro", "nb": "no", "nn": "no", "tl": "fil",
    "zh-Hant": "zh", "zh-TW": "zh", "yue": "zh", "wuu": "zh", "arz": "ar", "ary": "ar",
    "pcm": "en", "vo": UNDETERMINED, "un": UNDETERMINED, "xxx": UNDETERMINED, "zxx": UNDETERMINED,
}  # fmt: skip


def language_of(text: str, claimed: str | None, english: bool) -> str:
    """ISO 639 code of a text's language, `und` if it cannot be determined.

    `claimed` is the producer's own tag: it counts if the text agrees with it, or is inconclusive.
    `english` is the result of `plainly_english` for the text.
    """
    tag = _code(claimed.replace("_", "-").split("-")[0].lower()) if claimed else None
    if not text:
        return tag or UNDETERMINED
    if english:
        return "en"
    sample = text[:_SAMPLE_CHARACTERS].replace("\n", " ")
    code, distance = detect_fast(sample)
    found = _code(code)
    limit = _SURE_ENGLISH_DISTANCE if found == "en" else _SURE_DISTANCE
    sure = distance <= limit and found not in _CLOSE_RELATIVES
    if found and (found == tag or sure):
        return found
    return _second_opinion(sample) or tag or UNDETERMINED


def plainly_english(texts: Encoded) -> list[bool]:
    """For each text whether its beginning has as many of some short words as only English has."""
    found: list[bool] = _plainly_english(*texts).tolist()
    return found


@kernel
def _plainly_english(content: Bytes, ends: Bounds, ascii_only: Flags) -> Flags:
    found = np.empty(len(ends), np.bool_)
    start = 0
    for text in range(len(ends)):
        own = content[start : ends[text]]
        start = ends[text]
        characters = cut = min(len(own), _ENGLISH_CHARACTERS)
        if not ascii_only[text]:
            characters, cut = _beginning(own)
        the, others = _count_words(own[:cut])
        found[text] = the * 250 >= characters and (the + others) * 80 > characters
    return found


@kernel
def _beginning(content: Bytes) -> tuple[int, int]:
    """A text -> its first characters, at most `_ENGLISH_CHARACTERS`; their bytes."""
    characters = 0
    for place in range(len(content)):
        if content[place] & 0xC0 != 0x80:
            if characters == _ENGLISH_CHARACTERS:
                return characters, place
            characters += 1
    return characters, len(content)


@kernel
def _count_words(sample: Bytes) -> tuple[int, int]:
    """-> (how often "the " occurs in a sample, how often one of the other words), branch-free:
    many positions at a time."""
    the = others = 0
    second, third, fourth = sample[1:], sample[2:], sample[3:]
    for place in range(len(third)):
        one, two = sample[place], second[place]
        short = (one == _TO[0]) & (two == _TO[1]) | (one == _OF[0]) & (two == _OF[1])
        short |= (one == _IN[0]) & (two == _IN[1])
        others += int(short & (third[place] == _TO[2]))
    for place in range(len(fourth)):
        one, two, three, blank = sample[place], second[place], third[place], fourth[place]
        ends = blank == _THE[3]
        the += int((one == _THE[0]) & (two == _THE[1]) & (three == _THE[2]) & ends)
        others += int((one == _AND[0]) & (two == _AND[1]) & (three == _AND[2]) & ends)
    return the, others


def _second_opinion(sample: str) -> str | None:
    code, probability = classify(sample[:_MODEL_CHARACTERS])
    least = _LEAST_OF_SHORT if len(sample) < _SHORT_CHARACTERS else _LEAST_PROBABILITY
    return _code(code) if probability >= least else None


def _code(code: str) -> str | None:
    code = _ALIASES.get(code, code)
    if code == UNDETERMINED or not (2 <= len(code) <= 3 and code.isascii() and code.isalpha()):
        return None
    return code
