"""UTF-8 that was decoded as another encoding is repaired, and nothing else is touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from streams.articles.mojibake import mended
from streams.articles.text import clean_line
from tests.articles.records import TEXT, normalised

STORIES = tomllib.loads(
    (Path(__file__).parents[1] / "quality" / "credits" / "stories.toml").read_text("utf-8")
)
EVERY = [story for stories in STORIES.values() for story in stories]
# Shorter than any real text: some tables have no character for some bytes of other scripts.
LATIN = "It’s “final” – François a dit: Größe, naïve café, señor."
CYRILLIC = "Совет порта — во вторник проголосовал."
BY_TABLE = [
    ("latin-1", LATIN), ("cp1252", LATIN.replace("”", "“")), ("cp1254", LATIN.replace("”", "“")),
    ("mac_roman", LATIN), ("cp437", LATIN), ("latin-1", CYRILLIC), ("mac_roman", CYRILLIC),
    ("cp1251", CYRILLIC.replace("и", "а")), ("cp1251", LATIN.replace("”", "“")),
]  # fmt: skip


@pytest.mark.parametrize(("table", "text"), BY_TABLE)
def test_text_decoded_with_the_wrong_table_is_restored(table: str, text: str) -> None:
    broken = text.encode().decode(table)
    assert broken != text
    assert mended(broken) == text


@pytest.mark.parametrize("story", EVERY)
def test_a_story_of_any_script_decoded_as_latin_1_is_restored(story: str) -> None:
    assert mended(story.encode().decode("latin-1")) == story


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("Itâ€™s late", "It’s late"),
        ("BjÃ¶rk", "Björk"),
        ("Chloë’s cafÃ©", "Chloë’s cafÃ©"),  # half of it: not certain
        ("BeyoncÃ©", "Beyoncé"),
        ("ZoÃ« Moss", "Zoë Moss"),
        ("ZoГ« Moss", "Zoë Moss"),
        ("The mayor‚Äôs plan", "The mayor’s plan"),
        ("The mayorΓÇÖs plan", "The mayor’s plan"),
        ("Pe├▒a", "Peña"),
        ("Viá»‡t Nam", "Việt Nam"),
        ("Ξ•Ξ»Ξ»Ξ¬Ξ΄Ξ±", "Ελλάδα"),
        ("׳‘׳™׳×", "בית"),
        ("«¿Irá?» — «Irá»", "«¿Irá?» — «Irá»"),
        ("JosвЂ™", "Jos’"),
        ("The mayor鈥檚 plan", "The mayor’s plan"),
        ("РњСЌСЂ", "Мэр"),
        ("Ã¢â‚¬Å“Done", "“Done"),
    ],
)
def test_one_broken_character_in_a_title_is_repaired_if_it_is_certain(
    broken: str, whole: str
) -> None:
    assert mended(broken) == whole
    assert clean_line(broken, 1024) == whole


@pytest.mark.parametrize(
    "text",
    [
        *EVERY, *[story.upper() for story in EVERY],
        "«MANHû e «NÃO»", "SÃO PAULO", "СССР» и США»", "Сёстры, Рівне, Сєверодонецьк", "Сјајно",
        "Ä. Öberg", "‚Äpfel‘", "AC√DC", "├── main", "Γ. Παπαδόπουλος", "à § 5", "В\u00a0Киеве",
        "Ångström é", "Đà Nẵng", "鈥", "тАк", "£5–£6", "ABBÉ", "5 × 4 ± 1", "Ð and Þ", "âge",
    ],
)  # fmt: skip
def test_what_is_not_broken_stays(text: str) -> None:
    assert mended(text) == text


def test_titles_and_bylines_are_repaired_too() -> None:
    article = normalised(title="Itâ€™s raining", byline="By ZoÃ« Moss", text=f"{TEXT} Itâ€™s late.")
    assert (article.title, article.byline) == ("It’s raining", "Zoë Moss")
    assert article.text.endswith("It’s late.")
