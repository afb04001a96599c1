"""What sites add below a story is not compared, and cutting it never removes much of the story."""

from __future__ import annotations

import pytest

from streams.articles.boilerplate import story_ends
from streams.articles.languages import words_of_all

STORY = (
    "The council decided on Monday to rebuild the old bridge over the river. It has been closed"
    " since the flood in April, and the ferry goes on until the work is done next year."
)


def kept(text: str) -> str:
    (end,) = story_ends([text])
    return text[:end].strip()


@pytest.mark.parametrize("beginning", words_of_all("boilerplate", "beginnings"))
def test_boilerplate_is_cut_with_everything_after_it(beginning: str) -> None:
    assert kept(f"{STORY}\n{beginning} example and others. More of it.") == STORY


@pytest.mark.parametrize("form", words_of_all("boilerplate", "footers"))
def test_a_feeds_footer_is_cut(form: str) -> None:
    title = "Bridge to be rebuilt: 40 wagons, one “plan”"
    opening, behind = form.split("…")
    footer = f"{opening.capitalize()}{title}{behind} Daily Example.".strip()
    assert kept(f"{STORY}\n{footer}") == STORY
    assert kept(f"{STORY} […] {footer}") == f"{STORY} […]"


@pytest.mark.parametrize(
    ("footer", "story"),
    [
        ("Bridge to be rebuilt yazısı ilk önce Daily Example üzerinde ortaya çıktı.", STORY),
        ("Bridge to be rebuilt最先出现在Daily Example。", STORY),
        ("Bridge to be rebuilt 게시물이 Daily Example에 처음 등장했습니다.", STORY),
        ("A(z) Bridge to be rebuilt bejegyzés először Daily Example-én jelent meg.", STORY),
        ("投稿 Bridge to be rebuilt は Daily Example に最初に表示されました。", STORY),
    ],
)
def test_a_footer_that_begins_with_the_title_is_cut_as_a_line(footer: str, story: str) -> None:
    assert kept(f"{STORY}\n{footer}") == story


@pytest.mark.parametrize(
    "sentence",
    [
        "The word bridge appeared first on a map of 1612.",
        "The post was vacant. The name appeared first on a list.",
    ],
)
def test_a_sentence_in_the_story_is_not_taken_for_a_footer(sentence: str) -> None:
    text = f"{sentence} {STORY} {STORY}"
    assert kept(text) == text


def test_a_footer_without_first_words_has_to_be_the_last_line() -> None:
    text = f"{STORY}\n病毒最先出现在武汉。\n专家说，原因仍不清楚。"
    assert kept(text) == text


def test_at_most_a_third_of_a_text_is_cut() -> None:
    """Otherwise a short text with `© AFP` in its middle would lose its second half."""
    for places in range(1, 40):
        words = STORY.split()
        text = " ".join([*words[:places], ". © AFP.", *words[places:]])
        assert len(kept(text)) >= len(text) * 2 / 3 - 1


def test_a_footer_takes_at_most_half_of_a_text() -> None:
    footer = "The post Bridge to be rebuilt appeared first on Daily Example."
    short = "Council votes."
    assert kept(f"{short}\n{footer}") == f"{short}\n{footer}"


def test_texts_are_judged_one_by_one() -> None:
    texts = [STORY, f"{STORY}\n© 2026 Example.", "", f"{STORY}\nSource: Example"]
    assert story_ends(texts) == [len(STORY), len(STORY) + 1, 0, len(STORY) + 1]


def test_letters_that_become_two_in_lower_case_lose_nothing() -> None:
    text = f"{STORY} İstanbul.\n© 2026 Example."
    assert kept(text).startswith(STORY)
