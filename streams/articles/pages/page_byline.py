"""Who wrote an HTML page's story: names only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.articles.pages.page_title import key

# `By` in the languages of the world, with what may stand before it.
_BY = (
    r"(?:written |words |story |reviewed |posted |published |reported |article |post |text |texte |"
    r"texto |testo |geschrieben |escrito |écrit |scritto |geschreven |skrevet |skriven )?"
    r"(?:by|von|par|por|di|da|door|av|af|от|од|przez|od|oleh|bởi|ni|de|kirjoittanut)"
)
_LABEL = (
    r"author|authors|autor|autorin|autores|autora|auteur|auteurs|auteure|autore|autori|writer|writers|"
    r"reporter|text|texto|testo|tekst|teksti|автор|авторы|текст|yazar|yazan|haber|penulis|tác giả|"
    r"forfatter|författare|kirjoittaja|szerző|συντάκτης|κείμενο|avtor|автори|作者|記者|记者|文|撰文|編輯|"
    r"責任編輯|글|기자|取材|執筆|बकलम|लेखक|بقلم|كتب|الكاتب|מאת|โดย|نویسنده|نوشته"
)
BY = re.compile(
    rf"\W*(?:{_BY}\s+|(?:{_LABEL})\s*[:：/／]\s*|(?:بقلم|كتب|מאת|โดย|द्वारा)\s*)", re.IGNORECASE
)
_ENDS = re.compile(
    r"\s*[|·•‧►▪»]\s*|\s+[-–—]+\s+|\s{2,}|\(|\[|\s*,?\s+(?:on|am|le|el|il|den|updated|published"
    r"|posted|last|in|for|edited|reviewed|medically|fact)\b\s|\d"
    r"|\b(?:updated|published|posted|share|follow|opens|min read)\b|@|\bhttps?:",
    re.IGNORECASE,
)
_MANY = re.compile(
    r"\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|\bog\b|\boch\b|、|，|\+)\s*(?=\S)"
)
_MAIL = re.compile(r"\(?[\w.+-]{1,60}@[\w.-]{1,60}\.\w{2,}\)?")
_NO_NAME = frozenset(
    "admin administrator editor editors staff webmaster guest anonymous team editorial newsroom "
    "redaktion redaction redacción redazione redactie author unknown none null user default "
    "content desk home by view all more posts share read comments reply subscribe author's "
    "wordpress superuser n/a na".split()
)
_LONGEST, _MOST_WORDS, _MOST_NAMES = 60, 7, 12
_PREFIXES = frozenset(
    "de da di del della van von der den la le el al bin ben dos du y and jr sr st mc o".split()
)


def names_in(text: str) -> list[str]:
    """The names of a byline: `By Ana Berg and Jo Lind | March 2` -> both. Nothing where the text
    holds no names."""
    text = _MAIL.sub(" ", text)
    if by := BY.match(text):
        text = text[by.end() :]
    text = _ENDS.split(text.strip(" ,:|·•-–—\t"), maxsplit=1)[0].strip(" ,;:.|·•-–—")
    names = []
    for piece in _MANY.split(text):
        name = piece.strip(" .,:;'\"“”")
        if not is_name(name):
            break
        names.append(name)
    return names[:_MOST_NAMES]


def is_name(text: str) -> bool:
    """Whether somebody may be called so: a few words, each with a capital where its script has
    them."""
    words = text.split()
    if (
        not 1 <= len(words) <= _MOST_WORDS
        or len(text) > _LONGEST
        or not any(map(str.isalpha, text))
    ):
        return False
    if any(character.isdigit() for character in text) or text[-1] in "?!":
        return False
    low = [word.lower().strip(".,") for word in words]
    if low[0] in _NO_NAME or all(word in _NO_NAME for word in low):
        return False
    return all(
        not word[0].islower() or low[n] in _PREFIXES or word[1:2] in ("'", "’")
        for n, word in enumerate(words)
        if word[0].isalpha()
    )


def stated_names(names: Sequence[str], sites: frozenset[str]) -> list[str]:
    """Names that the page's head states, without the site's own and what is no name."""
    found: list[str] = []
    for name in names:
        text = _MAIL.sub(" ", name)
        if by := BY.match(text):
            text = text[by.end() :]
        text = text.split("|")[0].strip(" ,;|·•\t-–—")
        low = text.lower()
        if not text or low in _NO_NAME or "://" in low or low.startswith(("www.", "http")):
            continue
        if len(text) > 200 or (key(text) in sites) or "." in text.split()[0][1:-1]:
            continue
        found.append(text)
    return list(dict.fromkeys(found))[:_MOST_NAMES]
