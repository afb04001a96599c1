"""Articles with a known answer, which a worker sends itself to check that verdicts are right.

They go through the real topics. Their texts are common words in an order that no other round
has, so a round matches nothing but itself.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from schemas.records import EnrichedArticleRecord, RawArticleRecord
from streams.articles.identity import article_id

# `.invalid` is nobody's domain (RFC 2606). Articles from this source never reach consumers.
SOURCE = "canary.echowire.invalid"
ENCODED_SOURCE = SOURCE.encode()  # also the key of their raw records: one key, one partition
KINDS = ("copy", "excerpt", "template", "unrelated")
_ATTRIBUTE = "canary"

# A copy with words of its own has some .95 to .98 in common with its original, as far as sketches
# can tell. Above this threshold it is the same text.
_OWN_WORDS_UP_TO = 0.8

_VOCABULARY = (
    "the of and to in that for with on was said by from at as his her their which will after "
    "over more people government city market company report year week minister council police "
    "court school water river bridge train harbour weather farmer factory hospital museum "
    "team player coach season price energy budget election vote plan project street village "
    "north south east west morning evening early late public private local national old new "
    "large small first last several many few began ended opened closed called asked told "
    "agreed refused found built moved sold bought helped saved lost won paid kept reached "
    "crossed carried brought taught learned between before during under against without "
    "because although when where while"
)
_WORDS = _VOCABULARY.split()
_NAMES = ("Northgate", "Harlow", "Bexley", "Camden", "Dunmore", "Eastley", "Fenwick", "Garland")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a canary's verdict was right."""

    kind: str
    right: bool
    sent_ms: int  # milliseconds since 1970


def canary_round(sent_ms: int, copy_overlap: float = 0.5) -> list[RawArticleRecord]:
    """Raw events of one round: a pair of each kind, the earlier one first. They are judged as they
    should be with any `copy_overlap`, the setting."""
    chance = random.Random(sent_ms)  # noqa: S311
    whole = _text(chance, 180)
    words, own = whole.split(), _text(chance, 4).split()
    if copy_overlap > _OWN_WORDS_UP_TO:
        own = []
    pairs = {
        "copy": (whole, " ".join([*words[:60], *own, *words[60:]])),
        "unrelated": (_text(chance, 120), _text(chance, 120)),
        "template": _bulletins(chance),
    }
    longer = _text(chance, 1000)
    pairs["excerpt"] = (longer, " ".join(longer.split()[100:350]))
    return [
        {
            "id": f"{kind}-{sent_ms}-{place}",
            "source": SOURCE,
            "title": f"Canary {kind} {sent_ms}",
            "language": "en",
            "text": text,
            "attributes": {_ATTRIBUTE: kind},
        }
        for kind, pair in pairs.items()
        for place, text in enumerate(pair)
    ]


def judge(article: EnrichedArticleRecord) -> Answer | None:
    """An enriched canary -> whether its verdict is the known answer. None if it is not a canary:
    somebody else has used the reserved source."""
    kind, _, rest = str(article["producer_id"]).partition("-")
    sent, _, place = rest.partition("-")
    if kind not in KINDS or article["attributes"].get(_ATTRIBUTE) != kind or not sent.isdigit():
        return None
    detection = article["detection"]
    if place == "0" or kind in ("template", "unrelated"):
        return Answer(kind, detection["relation"] == "original", int(sent))
    partner = article_id(SOURCE, f"{kind}-{sent}-0", None, "")
    best = detection["matches"][0]["article_id"] if detection["matches"] else None
    return Answer(kind, detection["relation"] == kind and best == partner, int(sent))


def _text(chance: random.Random, words: int) -> str:
    """Sentences of twelve words."""
    drawn = chance.choices(_WORDS, k=words)
    sentences = [drawn[i : i + 12] for i in range(0, words, 12)]
    return " ".join(" ".join(s).capitalize() + "." for s in sentences)


def _bulletins(chance: random.Random) -> tuple[str, str]:
    """Two texts with the same wording but different names and numbers throughout."""
    wording = [_text(chance, 12).rstrip(".") for _ in range(12)]
    names = chance.sample(_NAMES, 8)
    texts = []
    for place in range(2):
        sentences = []
        for i, words in enumerate(wording):
            number = chance.randrange(100, 99_999)
            fact = f"in {names[4 * place + i // 3]}" if i % 3 == 0 else f"{number}"
            sentences.append(f"{words} {fact}.")
        texts.append(" ".join(sentences))
    return texts[0], texts[1]
