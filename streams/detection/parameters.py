"""What a verdict depends on besides the articles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """Thresholds and bounds of one detector. Changing one changes later verdicts.

    Measured on labelled articles in time order, window 72 h (`echowire evaluate`): story pairs F1
    and the adjusted Rand index (ARI) of the stories.
    """

    # A copy shares half of the longer text. Jaccard alone measures something else: at .5,
    # one text may be half of the other, or both may differ in every third word. By Jaccard .4,
    # newsarticles have F1 .92 and ARI .75, reuters ARI .83; by this .97, .88, .91. At .55, F1 of
    # newsarticles falls to .88: their weakest copies share .56, and estimates are .04 off.
    copy_overlap: float = 0.5
    # Excerpt, expansion: the longer text contains this much of the shorter.
    member_containment: float = 0.8
    # It joins the other's story if it makes up this much of the longer text, and is not a mere
    # paragraph of boilerplate: without these two, reuters' ARI is .87 instead of .94; with a share
    # of .45, it is .92.
    member_share: float = 0.5
    member_words: int = 40
    # One story of eight in a page of 3,000 words has six sampled keys; below three of them,
    # containment is sampling noise.
    link_shared_keys: int = 3
    # A template: this share of the compared facts differs, at least two, and this share of all
    # facts that are kept. Long texts meet by chance at "in the" and "told the".
    template_share: float = 0.45
    template_facts: int = 2
    template_kept: float = 0.15
    # In texts this similar a rewrite or a correction explains two or three differing facts: in
    # a template more differ.
    equal_jaccard: float = 0.85
    equal_facts: int = 4
    # If frames replace names: other names leave the frame as it is, so at most this share of all
    # differences shows in it; and this many 3-grams differ, at least four places.
    frame_share: float = 0.25
    frame_grams: int = 12
    # Texts that are not copies, excerpts or expansions may be templates from here on.
    template_overlap: float = 0.4
    # A compilation: each story that counts makes up this much of the page. One of eight has .125.
    part_share: float = 0.08
    # Weaker matches are listed from here on, for consumers with their own threshold.
    floor_jaccard: float = 0.2
    floor_containment: float = 0.2
    minimum_words: int = 25
    window_seconds: int = 72 * 3600
    capacity: int = 1 << 18
    listed_matches: int = 20

    @property
    def window_milliseconds(self) -> int:
        """The window in the unit of record times."""
        return self.window_seconds * 1000
