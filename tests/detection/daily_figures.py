"""Daily reports of eleven institutes in seven languages, worded anew each day.

`daily_figures.txt` has each institute's sentences: `* ` those with the day's figures, `{one|other}`
of whose wordings is taken, and `= ` its background, the same every day.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

_TEXTS = Path(__file__).with_suffix(".txt")
_DAYS = {
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag",
    "fr": "lundi mardi mercredi jeudi vendredi",
    "en": "Monday Tuesday Wednesday Thursday Friday",
    "es": "lunes martes miércoles jueves viernes",
    "it": "lunedì martedì mercoledì giovedì venerdì",
    "ru": "вторник среду четверг пятницу субботу",
    "tr": "Pazartesi Salı Çarşamba Perşembe Cuma",
}
_THOUSANDS = {"en": ",", "ru": " "}
_FIRMS = ("Norvik", "Adlersee", "Belmara", "Castellan", "Dunmore", "Eltron", "Feronia", "Galant")
_CHOICE, _FIELD = re.compile(r"\{([^{}]*)\}"), re.compile(r"<(\w+)>")


@cache
def institutes() -> dict[str, tuple[str, list[str]]]:
    """Name -> (headline, sentences); a name ends in its language."""
    found: dict[str, tuple[str, list[str]]] = {}
    for section in _TEXTS.read_text(encoding="utf-8").split("[")[1:]:
        name, rest = section.split("]\n", 1)
        first, *lines = rest.strip().splitlines()
        found[name] = first.removeprefix("title "), [line[2:] for line in lines]
    return found


def report(name: str, day: int) -> tuple[str, str]:
    """An institute's (headline, text) of a day: its figures, in the wording of that day."""
    headline, sentences = institutes()[name]
    language, chance = name[-2:], random.Random(f"{name} {day}")
    wording = random.Random(f"{name} {day} words")
    facts = {"wd": _DAYS[language].split()[day % 5], "land": "Thüringen"}
    facts |= {letter: chance.choice(_FIRMS) for letter in "ab"}
    for letters, least, most in (
        ("nm", 1200, 21000), ("kj", 110, 1900), ("pr", 10, 40), ("qsuvwx", 2, 49), ("y", 2, 9),
        ("z", 11, 98),
    ):  # fmt: skip
        for letter in letters:
            number = f"{chance.randint(least, most):,}"
            facts[letter] = number.replace(",", _THOUSANDS.get(language, "."))

    def written(sentence: str) -> str:
        worded = _CHOICE.sub(lambda found: wording.choice(found[1].split("|")), sentence)
        return _FIELD.sub(lambda found: facts[found[1]], worded)

    return written(headline), "\n\n".join(written(sentence) for sentence in sentences)
