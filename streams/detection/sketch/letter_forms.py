"""Letters with several spellings, each with the form that it is compared in.

For comparison only: the published text is unchanged. The tables hold what Unicode's own
folding (NFKC, then case) keeps apart but readers do not: accents that an agency's wire omits,
the two keyboards of Persian and Urdu, Chinese in both standards, Serbian in both alphabets, the
digits of other scripts.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

# Apostrophes that Unicode calls letters (Uzbek and Ukrainian have them beside ' and \u2019), and
# others that look like them: they separate words like those.
APOSTROPHES = "\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u02ee\u055a\ua78b\ua78c"

# Marks that texts may omit: accents, Hebrew points, Arabic vowels and the stretching tatweel, the
# dot of Indic letters.
_DROPPED = (
    (0x0300, 0x036F), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5),
    (0x05C7, 0x05C7), (0x0610, 0x061A), (0x0640, 0x0640), (0x064B, 0x065F), (0x0670, 0x0670),
    (0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8), (0x06EA, 0x06ED), (0x093C, 0x093C),
    (0x09BC, 0x09BC), (0x0A3C, 0x0A3C), (0x0ABC, 0x0ABC), (0x0B3C, 0x0B3C),
)  # fmt: skip
# Cyrillic letters stay as they are, marks included (\u0439 is not \u0438), except for this one.
_CYRILLIC = (0x0400, 0x052F)

_LETTERS = {
    # Latin letters whose stroke, dot or ligature is not a separate mark
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "œ": "oe",
    # Serbian and Macedonian Cyrillic in Latin letters, without accents
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "d", "е": "e", "ж": "z", "з": "z",
    "и": "i", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "c", "џ": "dz", "ш": "s", "ё": "e", "ѐ": "e", "ѝ": "i", "ѓ": "g", "ќ": "k",
    # Arabic, Persian, Urdu and Kurdish: yeh, kaf, heh, alef and the seats of hamza
    "ى": "ي", "ی": "ي", "ئ": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "ہ": "ه", "ھ": "ه", "ۀ": "ه",
    "ۂ": "ه", "ۃ": "ه", "ە": "ه", "ة": "ه", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ؤ": "و",
    # Devanagari and Bengali nasal signs
    "ँ": "ं", "ঁ": "ং",
}  # fmt: skip


# Korean syllables, which stay as they are, and are too many to look up individually.
_HANGUL = range(0xAC00, 0xD7A4)


def is_dropped(point: int) -> bool:
    """Whether a code point is a mark that is not compared."""
    return point in _dropped()


@cache
def _dropped() -> frozenset[int]:
    return frozenset(point for first, last in _DROPPED for point in range(first, last + 1))


def compared(letter: str) -> str:
    """The form in which a lower-case letter is compared: mostly the letter itself."""
    if (form := _LETTERS.get(letter) or _han().get(letter)) is not None:
        return form
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    point = ord(letter)
    if point in _HANGUL or _CYRILLIC[0] <= point <= _CYRILLIC[1]:
        return letter
    parts = unicodedata.normalize("NFD", letter)
    kept = "".join(part for part in parts if ord(part) not in _dropped())
    if not kept or kept == parts:
        return letter
    return "".join(_LETTERS.get(part, part) for part in unicodedata.normalize("NFC", kept))


@cache
def _han() -> dict[str, str]:
    """Traditional character -> the simplified one."""
    lines = files("streams.detection.sketch").joinpath("data/han_forms.txt").read_text("utf-8")
    pairs = [p for line in lines.splitlines() if line[0] != "#" for p in line.split()]
    return {pair[0]: pair[1] for pair in pairs}
