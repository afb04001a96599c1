"""Who provided an article: agencies' forms in many languages, with known providers."""

from __future__ import annotations

import sys
from collections import Counter

from streams.articles.attribution import attribute
from streams.articles.text_scan import scan_texts
from tests.quality.credits.articles import Credited, credited_articles
from tests.quality.kept import compare

FORMS = (
    ("first", "forms"), ("later", "later_forms"), ("last", "last_forms"),
    ("newest", "newest_forms"),
)  # fmt: skip


def main(*, keep: bool) -> int:
    """Measure and compare; -> the exit code."""
    return compare("credits", figures, keep=keep)


def figures() -> dict[str, float]:
    """Precision and recall of (article, provider) pairs.

    `later`, `last` and `newest` forms were written when the rules for the earlier ones stood. Their
    figures are of after they were read and mended; docs/normalising.md has what they were before.
    """
    measured: dict[str, float] = {}
    for name, file in FORMS:
        articles = credited_articles(f"{file}.txt")
        found = providers(articles)
        _measure(measured, f"{name} forms", articles, found)
        if name == "first":
            held_out = [number for number, article in enumerate(articles) if article.held_out]
            _measure(
                measured,
                "held-out of the first",
                [articles[n] for n in held_out],
                [found[n] for n in held_out],
            )
    return measured


def _measure(
    measured: dict[str, float], name: str, articles: list[Credited], found: list[frozenset[str]]
) -> None:
    pairs = [(a.providers, got) for a, got in zip(articles, found, strict=True)]
    right = sum(len(wanted & got) for wanted, got in pairs)
    measured[f"{name}: provider, precision"] = right / sum(len(got) for _, got in pairs)
    measured[f"{name}: provider, recall"] = right / sum(len(wanted) for wanted, _ in pairs)


def providers(articles: list[Credited]) -> list[frozenset[str]]:
    """The agencies that each article comes from, as the service sees it."""
    return [
        frozenset(
            agency["name"]
            for agency in attribute(
                article.text,
                seen.names,
                source="daily.example",
                credit=article.fields.get("credit"),
                byline=article.fields.get("byline"),
            ).agencies
            if agency["role"] == "provider"
        )
        for article, seen in zip(articles, scan_texts([a.text for a in articles]), strict=True)
    ]


def show_wrong() -> None:
    """Print what is read wrong, held-out forms left out."""
    articles = [article for article in credited_articles() if not article.held_out]
    wrong = Counter[str]()
    for article, got in zip(articles, providers(articles), strict=True):
        if got != article.providers:
            ends = article.text[:60] + " ... " + article.text[-90:]
            wrong[f"{article.language} {set(article.providers)} got {set(got)}: {ends!r}"] += 1
    print("\n".join(wrong))


if __name__ == "__main__":
    show_wrong() if "--wrong" in sys.argv else sys.exit(main(keep="--keep" in sys.argv))
