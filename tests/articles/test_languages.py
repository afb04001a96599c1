"""A language is one file, and every word of it is read."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from streams.articles.languages import (
    TABLES,
    LanguageFileError,
    forms,
    meanings,
    places,
    read_language,
    words_by_language,
    words_of_all,
)
from streams.articles.pages.vocabulary import KINDS, MARKS, phrase_kinds, word_kinds

FOLDER = files("streams.articles") / "data" / "languages"
CODES = sorted(path.name.removesuffix(".toml") for path in FOLDER.iterdir())
# English has no such words: its file names the list, or the whole table, in a comment.
ENGLISH_HAS_NONE = {
    ("page_words", "number_ago"): "number_ago",
    ("credits", "reported_by"): "reported_by",
    ("page_bylines", "by_unspaced"): "by_unspaced",
    ("page_bylines", "reporter"): "reporter",
    ("page_ago", "before"): "before",
    ("page_ago", "units"): "units",
    ("page_ago", "ago_unspaced"): "ago_unspaced",
    ("citations", "after_unspaced"): "after_unspaced",
    ("dates", "midday"): "midday",
    ("dates", "eras"): "eras",
    ("dates", "month"): "month",
    ("dates", "year"): "year",
    ("printed_times", "before"): "before",
    ("printed_times", "ago_unspaced"): "ago_unspaced",
    **{
        (table, name): rf"\[{table}\]"
        for table in ("months_in_dates", "units_unspaced", "frames")
        for name in TABLES[table]
    },
}
LISTS = [(table, name) for table, names in TABLES.items() for name in names]


def text_of(code: str) -> str:
    return (FOLDER / f"{code}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_each_list_of_a_file_is_read(code: str) -> None:
    for table, lists in tomllib.loads(text_of(code)).items():
        for name, words in lists.items():
            expected = words.split() if isinstance(words, str) else words
            assert list(words_by_language(table, name)[code]) == expected


@pytest.mark.parametrize(("table", "name"), LISTS)
def test_english_shows_every_list_that_a_language_may_have(table: str, name: str) -> None:
    named = ENGLISH_HAS_NONE.get((table, name))
    assert ("en" in words_by_language(table, name)) is (named is None)
    if named is not None:
        assert re.search(rf"^#.*(?<!\w){named}(?!\w)", text_of("en"), re.MULTILINE)


@pytest.mark.parametrize(("table", "name"), LISTS)
def test_words_are_in_the_form_they_are_compared_in(table: str, name: str) -> None:
    words = words_of_all(table, name)
    in_capitals = {("dates", "pm"), ("dates", "am")}  # `CH` behind a clock
    assert [
        word for word in words
        if word != word.lower() and not (word.isupper() and (table, name) in in_capitals)
    ] == []  # fmt: skip
    assert len(words) == len(set(words))


def test_an_ambiguous_word_is_not_used() -> None:
    """`listopad` is October in Croatian and November in Czech and Polish."""
    one, several = meanings(places("months", "months_in_dates"))
    assert "listopad" in several - one.keys()
    assert one["listopadu"] == one["november"] == 10
    assert one["stycznia"] == one["siječanj"] == 0


def test_a_form_belongs_to_languages_that_have_all_its_words() -> None:
    """`mit Material von`, but not `with material von`; German needs no `additional` there."""
    found = {of["with"]: of for of in forms("contributions", "with", "material", "from")}
    assert found.keys() == {"with", "mit"}
    assert found["mit"]["from"] == "von|der"
    assert re.search(found["mit"]["additional"], "additional") is None
    assert re.fullmatch(found["with"]["additional"], "additional")


def test_a_word_of_any_file_counts() -> None:
    """Words of Turkish and Portuguese, a phrase of Finnish."""
    order = (*KINDS, *MARKS)
    assert word_kinds()["önce"] == 1 << order.index("number_ago")
    assert word_kinds()["divulgação"] == 1 << order.index("caption")
    assert phrase_kinds("lue myös") == {"stories"}


@pytest.mark.parametrize("kind", ["stories", "comments", "furniture"])
def test_a_line_that_is_a_phrase_of_any_file_is_recognised(kind: str) -> None:
    """In scripts with vowel signs, too, which are no letters of words here."""
    phrases = [phrase.removesuffix("*") for phrase in words_of_all("page_phrases", kind)]
    assert [phrase for phrase in phrases if kind not in phrase_kinds(phrase)] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[walls]\npaywal = ["x y"]', "paywal"),
        ('[wall]\npaywall = ["x y"]', "expected the tables page_words"),
        ('walls = "paywall"', "expected the tables page_words"),
        ("[walls]\npaywall = []", r"walls\.paywall: expected words, got \[\]"),
        ('[walls]\npaywall = ["x", 3]', "expected words"),
        ('[walls]\npaywall = ["x", " "]', "expected words"),
        ("[walls]\npaywall = 3", "expected words, got 3"),
        ('[walls\npaywall = ["x"]', r"languages/xx\.toml: "),
    ],
)
def test_an_unknown_entry_is_an_error_that_names_its_place(text: str, said: str) -> None:
    with pytest.raises(LanguageFileError, match=said):
        read_language("xx", text)


def test_a_file_is_named_by_a_language() -> None:
    with pytest.raises(LanguageFileError, match=r"languages/English\.toml: expected"):
        read_language("English", "")
