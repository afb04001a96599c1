"""Copies are found in every script, and typography does not hide them."""

from __future__ import annotations

import random
import unicodedata

import pytest

from streams.articles.language_groups import GROUPS
from streams.detection.judge.similarity import compare
from streams.detection.sketch.sketches import sketch_texts
from streams.kafka.partitioning import shard_of
from streams.pipeline import Pipeline
from tests.detection.newsroom import Desk, article

# Blocks of letters, and whether the script puts blanks between words.
SCRIPTS = {
    "Chinese": (0x4E00, 0x5E00, False), "Japanese": (0x3042, 0x3093, False),
    "Korean": (0xAC00, 0xB800, True), "Thai": (0x0E01, 0x0E2E, False),
    "Arabic": (0x0627, 0x064A, True), "Hebrew": (0x05D0, 0x05EA, True),
    "Hindi": (0x0915, 0x0939, True), "Russian": (0x0430, 0x044F, True),
    "Greek": (0x03B1, 0x03C9, True),
}  # fmt: skip
SENTENCES = {
    "Turkish": "İstanbul’da ışıklar kışın yıldır",
    "German": "Die Straßenbahn fährt über Mühlhausen zurück nach Köln",
    "Vietnamese": "Tiếng Việt được viết bằng chữ Quốc ngữ",
}


def text_in(script: str, seed: int) -> str:
    chance = random.Random(f"{script} {seed}")
    if script in SENTENCES:
        words = SENTENCES[script].split()
        return " ".join("".join(chance.sample(words, 2)) for _ in range(150))
    first, last, spaced = SCRIPTS[script]
    letters = [chr(p) for p in range(first, last + 1) if unicodedata.category(chr(p)) == "Lo"
               or unicodedata.category(chr(p)) == "Ll"]  # fmt: skip
    words = ["".join(chance.choices(letters, k=chance.randint(2, 5))) for _ in range(150)]
    return (" " if spaced else "").join(words)


@pytest.mark.parametrize("script", [*SCRIPTS, *SENTENCES])
def test_an_edited_copy_is_found_in(script: str) -> None:
    desk, told = Desk(), text_in(script, 1)
    desk.take(article("a", told), article("other", text_in(script, 2)))
    length = len(told)
    changed = told[: length // 2] + text_in(script, 3)[: length // 20] + told[length // 2 :]
    verdict = desk.verdict(article("b", changed))
    assert verdict["relation"] == "copy"
    assert len([match for match in verdict["matches"] if match["member"]]) == 1


@pytest.mark.parametrize("script", [*SCRIPTS, *SENTENCES])
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_the_form_of_letters_does_not_hide_a_copy_in(script: str, form: str) -> None:
    told = text_in(script, 1)
    dressed = unicodedata.normalize(form, told)  # type: ignore[arg-type]
    one, other = sketch_texts([told, dressed])[:, None]
    assert compare(one, other).jaccard[0] > 0.99


@pytest.mark.parametrize("change", [str.upper, str.title], ids=["upper", "title"])
@pytest.mark.parametrize("script", ["Russian", "Greek", "German", "Vietnamese"])
def test_case_does_not_hide_a_copy_in(script: str, change: object) -> None:
    told = text_in(script, 1)
    one, other = sketch_texts([told, change(told)])[:, None]  # type: ignore[operator]
    assert compare(one, other).jaccard[0] > 0.9


SERBIAN = (
    "Skupština opštine usvojila je u utorak budžet za narednu godinu, u kojem je najviše novca "
    "predviđeno za obnovu dve škole i doma zdravlja. Predsednik opštine kaže da će radovi početi "
    "već u aprilu, a da bi prvi đaci mogli da se vrate u svoje učionice do kraja oktobra. Protiv "
    "predloga glasalo je sedam odbornika, koji tvrde da se putevi u okolnim selima ne popravljaju."
)
CYRILLIC = str.maketrans(
    "abvgdđežzijklmnoprstćufhcčšABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠ",
    "абвгдђежзијклмнопрстћуфхцчшАБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ",
)
MALAY = (
    "Pasukan bomba dan penyelamat menyelamatkan lima pekerja yang terperangkap di dalam bangunan "
    "lama selepas bumbungnya runtuh pada pagi Rabu. Ketua balai berkata semua mangsa dibawa ke "
    "hospital dengan kecederaan ringan, manakala punca kejadian masih disiasat oleh pihak berkuasa "
    "tempatan. Penduduk diminta menjauhi kawasan itu sehingga kerja pembersihan selesai."
)
NORWEGIAN = (
    "Kommunestyret vedtok tirsdag kveld å bygge en ny bro over elven, etter at den gamle ble "
    "stengt i høst. Ordføreren sier at arbeidet kan begynne allerede i april, og at bilistene må "
    "regne med omkjøring i over et år. Naboene har klaget på støyen, men fikk ikke medhold."
)


@pytest.mark.parametrize("partitions", [1, 4, 8])
@pytest.mark.parametrize(
    ("text", "other", "tags"),
    [
        (SERBIAN, SERBIAN, ("sr", "hr", "bs", "mk", "sl", None)),
        (SERBIAN, SERBIAN.translate(CYRILLIC), ("sr", "mk", "bg", None)),
        (MALAY, MALAY, ("ms", "id", None)),
        (NORWEGIAN, NORWEGIAN, ("no", "nb", "da", "sv", None)),
    ],
    ids=["Serbian", "Serbian in two alphabets", "Malay", "Norwegian"],
)
def test_a_wrong_tag_does_not_separate_copies_however_many_partitions(
    text: str, other: str, tags: tuple[str | None, ...], partitions: int
) -> None:
    """Each shard decides on what `shard_of` sends it, as behind Kafka."""
    for first in tags:
        for second in tags:
            events = [
                {"id": "one", "source": "a.example", "text": text, "language": first},
                {"id": "two", "source": "b.example", "text": other, "language": second},
            ]
            alone = [Pipeline() for _ in range(partitions)]
            languages = [a["language"] for a in Pipeline().enrich(events)]
            shards = [shard_of(language, partitions) for language in languages]
            verdicts = [
                next(alone[shard].enrich([event]))["detection"]
                for shard, event in zip(shards, events, strict=True)
            ]
            assert [v["relation"] for v in verdicts] == ["original", "copy"], (first, second)


def test_a_language_belongs_to_one_group() -> None:
    languages = [language for group in GROUPS for language in group]
    assert len(languages) == len(set(languages))
