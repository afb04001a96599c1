"""What is done to news articles on their way, each with the answer that is right for it.

Every kind takes articles that the detector has seen, and makes of each another: is it to be linked
with that one, and what is it?
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

# The article and others: of some the detector knows, of `strangers` it does not.
Change = Callable[["Base"], str]


@dataclass(frozen=True, slots=True)
class Base:
    """One article that is to be changed, and material to change it with."""

    text: str
    known: list[str]  # other articles that the detector has seen
    strangers: list[str]  # and that it has not
    chance: random.Random


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A change, and the right answer."""

    name: str
    change: Change
    relation: str
    linked: bool = True  # with the article that it was made of
    also_linked: int = 0  # with so many of `Base.known`, too


def edited(share: float) -> Change:
    """Runs of one to four words exchanged, as editors do: not every twentieth word."""

    def change(base: Base) -> str:
        words, done = base.text.split(" "), 0
        foreign = " ".join(base.strangers[:3]).split()
        wanted = round(share * len(words))
        while done < wanted:
            length = min(base.chance.randint(1, 4), wanted - done)
            at, source = base.chance.randrange(len(words)), base.chance.randrange(len(foreign) - 4)
            words[at : at + length] = foreign[source : source + length]
            done += length
        return " ".join(words)

    return change


def cut(share: float) -> Change:
    def change(base: Base) -> str:
        words = base.text.split(" ")
        return " ".join(words[: round(share * len(words))])

    return change


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+", text)


def dropped(base: Base) -> str:
    return " ".join(s for i, s in enumerate(sentences(base.text)) if i % 6 != 4)


def reordered(base: Base) -> str:
    parts = sentences(base.text)
    paragraphs = [" ".join(parts[i : i + 3]) for i in range(0, len(parts), 3)]
    first, rest = paragraphs[:1], paragraphs[1:]
    base.chance.shuffle(rest)
    return "\n\n".join(first + rest)


def retitled(base: Base) -> str:
    return f"{' '.join(base.strangers[0].split()[:9])}\n\n{base.text}"


def in_furniture(base: Base) -> str:
    menu = "Home World Business Sport Weather Subscribe now Log in Newsletters Most read Share this"
    foot = "Read more All rights reserved Terms of use Privacy Cookies About us Contact Careers"
    return f"{menu}\n\n{base.text}\n\n{foot}"


def one_of(stories: int) -> Change:
    """A page of which the detector knows one story."""

    def change(base: Base) -> str:
        words = len(base.text.split())
        others = [" ".join(text.split()[:words]) for text in base.strangers[: stories - 1]]
        others.insert(base.chance.randrange(stories), base.text)
        return "\n\n".join(others)

    return change


def page_of_four(base: Base) -> str:
    return "\n\n".join([base.text, *base.known[:3]])


def four_leads(base: Base) -> str:
    leads = [t.split()[: round(0.4 * len(t.split()))] for t in (base.text, *base.known[:3])]
    return "\n\n".join(" ".join(lead) for lead in leads)


def quoting(base: Base) -> str:
    """An article of its own that quotes a passage of two others."""
    own = base.strangers[0].split()
    quotes = [t.split()[20:60] for t in (base.text, base.known[0])]
    middle = len(own) // 2
    return " ".join(own[:middle] + quotes[0] + own[middle:] + quotes[1])


def other_numbers(base: Base) -> str:
    """The same template with other facts."""
    return re.sub(r"\d+", lambda m: str((int(m[0]) * 7 + 13) % 10 ** len(m[0])), base.text)


def corrected(base: Base) -> str:
    """A toll that rose: one number, wherever it stands."""
    numbers = re.findall(r"\b\d+\b", base.text)
    return re.sub(rf"\b{numbers[0]}\b", str(int(numbers[0]) + 3), base.text)


def _every(marks: str, by: str, nth: int) -> Change:
    def change(base: Base) -> str:
        count = 0

        def put(match: re.Match[str]) -> str:
            nonlocal count
            count += 1
            return match[0] if count % nth else match[0][0] + by + match[0][1:]

        return re.sub(marks, put, base.text)

    return change


def curly(base: Base) -> str:
    text = re.sub(r"(?<!\w)[\"']", "\u201c", base.text)
    return text.replace('"', "\u201d").replace("'", "\u2019").replace(" - ", " \u2014 ")


def ligatures(base: Base) -> str:
    return base.text.replace("ffi", "\ufb03").replace("fi", "\ufb01").replace("fl", "\ufb02")


def full_width(base: Base) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in base.text)


def decomposed(base: Base) -> str:
    return unicodedata.normalize("NFD", base.text.replace("e", "\u00e9"))


ALL = (
    Perturbation("5 % of the words edited", edited(0.05), "copy"),
    Perturbation("10 % of the words edited", edited(0.10), "copy"),
    Perturbation("20 % of the words edited", edited(0.20), "copy"),
    Perturbation("cut to 70 %", cut(0.7), "excerpt"),
    Perturbation("cut to 50 %", cut(0.5), "excerpt"),
    Perturbation("cut to 30 %", cut(0.3), "excerpt"),
    Perturbation("sentences dropped", dropped, "copy"),
    Perturbation("paragraphs reordered", reordered, "copy"),
    Perturbation("retitled", retitled, "copy"),
    Perturbation("furniture around", in_furniture, "copy"),
    Perturbation("one of four stories of a page", one_of(4), "expansion"),
    Perturbation("one of eight stories of a page", one_of(8), "expansion"),
    Perturbation("page of four stories", page_of_four, "compilation", also_linked=3),
    Perturbation("four leads of 40 %", four_leads, "compilation", also_linked=3),
    Perturbation("quotes of two stories", quoting, "original", linked=False),
    Perturbation("other numbers", other_numbers, "original", linked=False),
    Perturbation("one number corrected", corrected, "copy"),
    Perturbation("typographic quotes and dashes", curly, "copy"),
    Perturbation("non-breaking spaces", _every(r" ", "\u00a0", 3), "copy"),
    Perturbation("soft hyphens", _every(r"\w{6,}", "\u00ad", 2), "copy"),
    Perturbation("zero-width spaces", _every(r"\w{4,}", "\u200b", 3), "copy"),
    Perturbation("ligatures", ligatures, "copy"),
    Perturbation("full-width forms", full_width, "copy"),
)
