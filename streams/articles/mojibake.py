"""UTF-8 that was read as another encoding, put right where that is certain.

A text that came from UTF-8 through a wrong table goes back whole: encoded by that table it is valid
UTF-8 again, which a text that was never broken is not, but for a pair of characters here and there.
What is broken in part only is left to ftfy, where its own measure is sure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import ftfy
import ftfy.bad_codecs  # registers `sloppy-windows-125x`
from ftfy.badness import is_bad

# By what readers take for the encoding, the likeliest first.
_ENCODINGS = (
    "sloppy-windows-1252", "latin-1", "sloppy-windows-1251", "sloppy-windows-1250", "mac_roman",
    "cp437", "sloppy-windows-1254", "sloppy-windows-1253", "sloppy-windows-1257", "cp1256", "cp850",
)  # fmt: skip
# A lead byte as a letter, and what no word has next to it. Of a pair in a text that is about such
# things one is not enough.
LEADS = "ÃÂÐÑØÙÎÏãåæçâð"
TAILS = "".join(map(chr, range(0x80, 0xC0))) + "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
# The same of other tables, without what stands there in good texts, too: `СССР»`.
OTHER_LEADS = "РСГВЕДвОПЩШ" + "ĂÄÅÈĹĆĄĐŃ" + "àêëìíβā" + "Γ├┬╨╤┼Ô" + "√‚–—" + "طظ"
OTHER_TAILS = (
    "«ЂЃѓ†‡€‰Љ‹ЊЌЋЏђ•™љ›њќћџЎўЈ¤¦§Ё©¬®°±µ¶јЅѕ" + "ŤşĽľŻżĄąŁłˇ˘˛˝¨´¸ŚśŹź"
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü" + "¢£ß≠ÆØ∞≤≥¥∂∑∏π∫ªºΩæø"
    "⌐½¼¡░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" + "·¹²³¾" + "".join(map(chr, range(0x80, 0xA0)))
)  # fmt: skip
_SUSPECT = re.compile(f"[{LEADS}][{re.escape(TAILS)}]|[{OTHER_LEADS}][{re.escape(OTHER_TAILS)}]")
GBK_LEAD = "鈥"  # the first two bytes of curly quotes and dashes
_HALF = re.compile(rf"(?:[{LEADS[:-1]}][{re.escape(TAILS)}]|ðŸ).{{0,400}}?" * 2, re.DOTALL)
# What may stand behind a letter by itself: `MANHÃ»` ends a quotation in Portuguese.
_OWN_SIGNS = frozenset("»«”“’‘…–—•™\u00a0‹›")
# What no good text has: a capital within a word in small letters, letters of phonetics.
_ODD_CAPITAL = re.compile(r"[a-zà-öø-ÿ](?=[^\W\d_a-z])([^\W\d_])")
_ODD_LETTER = re.compile("[\u0180-\u0217\u021c-\u02af\u0370-\u0383]")
_MOST_HAN_SHARE = 0.2
_MOST_MENDED_CHARACTERS = 200_000  # ftfy takes a millisecond for each few thousand
_ROUNDS = 2  # what went wrong twice
_NO_CHARACTERS = ("Cn", "Co", "Cc")
_CONFIG = ftfy.TextFixerConfig(
    unescape_html=False,
    remove_terminal_escapes=False,
    fix_latin_ligatures=False,
    fix_character_width=False,
    uncurl_quotes=False,
    fix_line_breaks=False,
    fix_surrogates=False,
    remove_control_chars=False,
    normalization=None,
    explain=False,
)


def mended(text: str) -> str:
    """The text as it was before it was read wrongly; as it is where that is not certain."""
    if len(text) > _MOST_MENDED_CHARACTERS:
        return text
    for _ in range(_ROUNDS):
        if not _SUSPECT.search(text):
            return _from_gbk(text) if GBK_LEAD in text else text
        whole = next((found for name in _ENCODINGS if (found := _back(text, name))), None)
        if whole is None:
            return ftfy.fix_text(text, _CONFIG) if _HALF.search(text) and is_bad(text) else text
        text = whole
    return text


def _back(text: str, encoding: str) -> str | None:
    """What these characters are when they are this encoding's; None where they are no UTF-8."""
    if not _paired(encoding).search(text):
        return None
    try:
        whole = text.encode(encoding).decode()
    except UnicodeError:
        return None
    return whole if _is_certain(text, whole) else None


def _is_certain(text: str, whole: str) -> bool:
    """Whether the characters that came out are letters or signs, and no pair by chance."""
    found = [c for c in whole if not c.isascii()]
    if _ODD_LETTER.search(whole) or any(unicodedata.category(c) in _NO_CHARACTERS for c in found):
        return False
    if any(match[1].isupper() for match in _ODD_CAPITAL.finditer(whole)):
        return False
    if len(found) > 1 or ord(found[0]) >= 0x800:  # three bytes
        return True
    first = next(place for place, c in enumerate(text) if not c.isascii())
    return text[first + 1] not in _OWN_SIGNS or text[:first][-1:].islower()


@lru_cache(maxsize=len(_ENCODINGS))
def _paired(encoding: str) -> re.Pattern[str]:
    """Two characters that are the first two bytes of one in UTF-8."""
    leads, tails = (_characters(encoding, r) for r in (range(0xC2, 0xF5), range(0x80, 0xC0)))
    return re.compile(f"[{re.escape(leads)}][{re.escape(tails)}]")


def _characters(encoding: str, places: Iterable[int]) -> str:
    return bytes(places).decode(encoding, "ignore")


def _from_gbk(text: str) -> str:
    """`It鈥檚`: a few Han characters in a text of another script."""
    han = sum("\u4e00" <= c <= "\u9fff" for c in text)
    if han > len(text) * _MOST_HAN_SHARE:
        return text
    try:
        return text.encode("gb18030").decode()
    except UnicodeError:
        return text
