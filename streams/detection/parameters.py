"""What a verdict depends on besides the articles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Thresholds and bounds of one detector. Changing one changes later verdicts."""

    # A story's members. Jaccard .35 finds more copies (newsarticles F1 .91 -> .97) and glues more
    # bulletins of one template together (reuters ARI .88 -> .84): measured on labelled articles.
    copy_jaccard: float = 0.4
    # An excerpt or expansion joins a story when this share of the shorter text stands in the
    # longer; at .5, pages that quote a story at length join it too (ARI .92 -> .87).
    member_containment: float = 0.8
    # Matches from here on are listed, as links between stories. Below four shared keys a
    # containment is mere chance of sampling: its standard error is above .25.
    link_containment: float = 0.5
    link_shared_keys: int = 4
    minimum_words: int = 25
    window_seconds: int = 72 * 3600
    capacity: int = 1 << 18
    listed_matches: int = 20

    @property
    def window_milliseconds(self) -> int:
        """The window in the unit of record times."""
        return self.window_seconds * 1000
