"""Who provided an article: against labels assigned by hand from both ends of each article."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from streams.articles.attribution import attribute
from streams.articles.text_scan import scan_texts
from tests.quality.pages.corpus import ARTICLES

LABELS = Path(__file__).with_name("agency_labels.json")


def figures() -> dict[str, float]:
    """Precision and recall of (article, provider) pairs; an outlet's own agency is left out."""
    labels: dict[str, list[str]] = json.loads(LABELS.read_text(encoding="utf-8"))
    with lzma.open(ARTICLES, "rt", encoding="utf-8") as lines:
        documents = [d for d in map(json.loads, lines) if d["id"] in labels]
    found, true, right = 0, 0, 0
    for document, seen in zip(documents, scan_texts([d["text"] for d in documents]), strict=True):
        result = attribute(
            document["text"], seen.names, source=document["source"], credit=None, byline=None
        )
        providers = {
            agency["name"]
            for agency in result.agencies
            if agency["role"] == "provider" and agency["evidence"] != "publisher"
        }
        wanted = set(labels[document["id"]])
        found, true, right = (
            found + len(providers),
            true + len(wanted),
            right + len(providers & wanted),
        )
    return {
        "agency as provider, precision": right / found,
        "agency as provider, recall": right / true,
    }
