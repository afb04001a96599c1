"""What one article is to another, from their scores."""

from __future__ import annotations

from dataclasses import dataclass

from streams.detection.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Match:
    """An earlier article that shares enough text to be listed. Shares are estimates, 0 to 1."""

    serial: int
    relation: str
    jaccard: float
    of_this: float
    of_other: float
    shared_keys: int
    member: bool  # strong enough to share a story

    @property
    def rank(self) -> tuple[bool, bool, float, int]:
        """Sorts the best match last: members, whole copies, the most text in common, the oldest."""
        score = self.jaccard if self.relation == "copy" else max(self.of_this, self.of_other)
        return self.member, self.relation == "copy", score, -self.serial


def related(
    serial: int,
    same_item: bool,
    jaccard: float,
    of_this: float,
    of_other: float,
    shared_keys: int,
    parameters: Parameters,
) -> Match | None:
    """The match that these scores make, or None where they make none."""
    contained = max(of_this, of_other)
    linked = shared_keys >= parameters.link_shared_keys and contained >= parameters.link_containment
    if jaccard >= parameters.copy_jaccard:
        relation, member = "copy", True
    elif linked:
        relation = "excerpt" if of_this >= of_other else "expansion"
        member = contained >= parameters.member_containment
    else:
        return None
    if same_item:
        relation = "revision"
    return Match(serial, relation, jaccard, of_this, of_other, shared_keys, member)


def holds_whole(match: Match, parameters: Parameters) -> bool:
    """Whether the other article stands in this one, which has more than it."""
    return match.of_other >= parameters.member_containment > match.of_this


def reason(match: Match, name: str, this_words: int, other_words: int) -> str:
    """One sentence that tells a reader why. `name` is what the other article is called."""
    if match.relation == "expansion":
        longer = _times(this_words, other_words)
        return f"{match.of_other:.0%} of the text of {name} stands in this one, which is {longer}."
    if match.relation == "excerpt":
        longer = _times(other_words, this_words)
        return f"{match.of_this:.0%} of this text stands in {name}, which is {longer}."
    if match.relation == "revision":
        return (
            f"An earlier version of the same item; {match.of_this:.0%} of this text stands in it."
        )
    return (
        f"{match.of_this:.0%} of this text stands in {name}, and {match.of_other:.0%} of that"
        f" in this (Jaccard {match.jaccard:.2f})."
    )


def _times(longer: int, shorter: int) -> str:
    ratio = longer / max(1, shorter)
    return f"{ratio:.1f} times as long" if ratio >= 1.05 else "about as long"
