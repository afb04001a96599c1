"""UTF-8 that was decoded as another encoding, repaired if that is certain.

A text that was decoded from UTF-8 by the wrong table is restored as a whole: encoded by that table
it is valid UTF-8, which an intact text is not, except for a pair of characters here and there.
Partly broken text is left to ftfy, where its own measure is sure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import ftfy
import ftfy.bad_codecs  # registers `sloppy-windows-125x`
from ftfy.badness import is_bad

# Encodings that readers assume, the likeliest first.
_ENCODINGS = (
    "sloppy-windows-1252", "latin-1", "sloppy-windows-1251", "sloppy-windows-1250", "mac_roman",
    "cp437", "sloppy-windows-1254", "sloppy-windows-1253", "sloppy-windows-1255",
    "sloppy-windows-1257", "cp1256", "cp850",
)  # fmt: skip
# A lead byte as a letter, next to something that no word has there. A single pair is not enough
# in a text about such things.
LEADS = "ÃÂÐÑØÙÎÏãåæçâð"
TAILS = "".join(map(chr, range(0x80, 0xC0))) + "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
# The same for other tables, without what occurs there in intact texts, too: `СССР»`.
OTHER_LEADS = "РСГВЕДвОПЩШ" + "ĂÄÅÈĹĆĄĐŃ" + "àêëìíβā" + "Γ├┬╨╤┼Ô" + "√‚–—" + "طظ"
OTHER_TAILS = (
    "«ЂЃѓ†‡€‰Љ‹ЊЌЋЏђ•™љ›њќћџЎўЈ¤¦§Ё©¬®°±µ¶јЅѕ" + "ŤşĽľŻżĄąŁłˇ˘˛˝¨´¸ŚśŹź"
    "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü" + "¢£ß≠ÆØ∞≤≥¥∂∑∏π∫ªºΩæø"
    "⌐½¼¡░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" + "·¹²³¾" + "".join(map(chr, range(0x80, 0xA0)))
)  # fmt: skip
# Of three bytes, for one is in intact texts (`está»`): Vietnamese, Georgian.
LONG_LEADS = "á"
# Greek and Hebrew as their own tables read them.
_OWN_LEADS, _OWN_TAILS = "ΞΟ׳", TAILS + "‰‹›΅ΆΈΉΊΌΎΏ΄₪׳×÷"
_SUSPECT = re.compile(
    f"[{LEADS}][{re.escape(TAILS)}]|[{OTHER_LEADS}][{re.escape(OTHER_TAILS)}]"
    f"|[{LONG_LEADS}][{re.escape(TAILS)}]{{2}}|[{_OWN_LEADS}][{re.escape(_OWN_TAILS)}]"
)
GBK_LEAD = "鈥"  # the first two bytes of curly quotes and dashes
_HALF = re.compile(rf"(?:[{LEADS[:-1]}][{re.escape(TAILS)}]|ðŸ).{{0,400}}?" * 2, re.DOTALL)
# What may follow a single letter: `MANHÃ»` ends a quotation in Portuguese.
_OWN_SIGNS = frozenset("»«”“’‘…–—•™\u00a0‹›")
# What no intact text has: a capital within a lower-case word, phonetic letters.
_ODD_CAPITAL = re.compile(r"[a-zà-öø-ÿ](?=[^\W\d_a-z])([^\W\d_])")
_ODD_LETTER = re.compile("[\u0180-\u0217\u021c-\u02af\u0370-\u0383]")
_MOST_HAN_SHARE = 0.2
_MOST_MENDED_CHARACTERS = 200_000  # ftfy takes a millisecond per few thousand
_ROUNDS = 2  # for what was broken twice
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
    """The text before it was decoded wrongly; unchanged if that is uncertain."""
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
    """These characters as this encoding's bytes decoded; None if they are not UTF-8."""
    if not _paired(encoding).search(text):
        return None
    try:
        whole = text.encode(encoding).decode()
    except UnicodeError:
        return None
    return whole if _is_certain(text, whole) else None


def _is_certain(text: str, whole: str) -> bool:
    """Whether the result is letters or symbols, and not a pair by chance."""
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
