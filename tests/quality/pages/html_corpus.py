"""Labelled HTML pages: Zyte's benchmark and WCXB's development split, in folds of whole sites."""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.block_features import Evidence
from streams.articles.pages.evidence import evidence_of, titles_of
from streams.articles.pages.features import Matrix, column, features_of
from streams.articles.pages.head import head_of
from streams.articles.pages.html_lines import html_lines
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup, markup_of
from streams.articles.pages.page_lines import PageLines, page_lines
from tests.quality.pages.corpus import BENCHMARK, WCXB, WCXB_OTHERS, fold_of
from tests.quality.pages.extraction import benchmark
from tests.quality.pages.labels import shares


@dataclass(frozen=True)
class HtmlPage:
    """A page with its true text. `labels`: title, author, date, snippets, where it has them."""

    name: str
    url: str | None
    html: str
    body: str
    collection: str
    labels: dict[str, Any]

    def site(self) -> str:
        """The last two labels of its host."""
        host = (urlsplit(self.url or "").hostname or self.name).removeprefix("www.")
        return ".".join(host.split(".")[-2:])

    def fold(self, folds: int, salt: str = "") -> int:
        """The same for all pages of a site."""
        return fold_of(self.site(), folds, salt)


@dataclass
class HtmlRows:
    """A page's lines as the reader has them, and the share of each that its true text has."""

    page: HtmlPage
    markup: Markup
    lines: list[Line]
    columns: NDArray[np.int32]
    page_lines: PageLines
    features: Matrix
    evidence: Evidence
    share: NDArray[np.float64]

    def words(self) -> NDArray[np.float64]:
        counted: NDArray[np.float64] = np.exp2(self.features[:, column("words_log")] * 3) - 1
        return counted


@lru_cache(maxsize=1)
def wcxb_pages() -> list[HtmlPage]:
    """WCXB's articles (M. Foley 2026, CC BY 4.0)."""
    with lzma.open(WCXB, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [HtmlPage(p["id"], p.get("url"), p["html"], p["body"], "wcxb", p) for p in found]


@lru_cache(maxsize=1)
def other_pages() -> list[HtmlPage]:
    """WCXB's pages that are no articles: forums, shops, lists."""
    with lzma.open(WCXB_OTHERS, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [HtmlPage(p["id"], p.get("url"), p["html"], p["body"], p["type"], p) for p in found]


@lru_cache(maxsize=1)
def zyte_pages() -> list[HtmlPage]:
    return [HtmlPage(p.name, p.url, p.html, p.body, "zyte", {}) for p in benchmark(BENCHMARK)]


def rows_of(page: HtmlPage) -> HtmlRows | None:
    """None where a page has no line."""
    markup = markup_of(page.html)
    found = html_lines(markup)
    if not found.lines:
        return None
    lines = page_lines(found.lines, found.marks)
    head = head_of(markup)
    evidence = evidence_of(head, titles_of(head), lines)
    return HtmlRows(
        page, markup, found.lines, found.columns, lines, features_of(lines), evidence,
        shares(found.lines, page.body),
    )  # fmt: skip
