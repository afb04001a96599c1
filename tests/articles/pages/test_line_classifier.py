"""What the forests of a text page see of its lines, and that they are those of this code."""

from __future__ import annotations

import numpy as np
import pytest

from streams.articles.pages import line_columns, line_context
from streams.articles.pages.features import Matrix, column, features_of
from streams.articles.pages.forest import FEATURE_STEPS
from streams.articles.pages.line_classifier import forests_of, probabilities_by
from streams.articles.pages.lines import lines_of
from streams.articles.pages.page_lines import PageLines, page_lines
from tests.articles.pages.test_reading import FERRIES, OTTERS, STORY

PAGE = ("Menu", STORY[0], STORY[1], "Share", FERRIES, "10:40 GMT", "Tags", "Print", OTTERS)


def columns_of(page: PageLines, features: Matrix) -> dict[str, list[float]]:
    found = line_columns.line_columns(page, features) / FEATURE_STEPS
    return dict(zip(line_columns.NAMES, found.tolist(), strict=True))


def read(*rows: str) -> tuple[PageLines, Matrix]:
    page = page_lines(lines_of("\n".join(rows)))
    return page, features_of(page)


def test_a_line_is_seen_with_its_distance_from_prose_and_the_times_above_it() -> None:
    found = columns_of(*read(*PAGE))
    assert found["prose"] == [0, 1, 1, 0, 1, 0, 0, 0, 1]
    lines = [2 ** (2 * value) - 1 for value in found["since_prose"]]
    assert np.round(lines[1:]).tolist() == [0, 0, 1, 0, 1, 2, 3, 0]
    assert lines[0] > 20
    assert found["dated_above"] == [0, 0, 0, 0, 0, 0, 0.5, 0.5, 0.5]
    assert found["terminal-1"] == [0, *found["terminal"][:-1]]
    assert found["terminal+2"] == [*found["terminal"][2:], 0, 0]


def test_three_other_lines_end_a_run_of_prose_and_one_does_not() -> None:
    found = columns_of(*read(*PAGE))["run_share"]
    assert found[0] == found[5] == found[6] == found[7] == 0
    assert found[1] == found[2] == found[3] == found[4] > 0.5
    assert found[4] + found[8] == pytest.approx(1, abs=1 / FEATURE_STEPS)


def test_the_first_lines_of_a_page_are_seen_as_a_page_of_their_own() -> None:
    page, features = read(*PAGE)
    alone, own = read(*PAGE[:5])
    own[-1, column("before_blank")] = 0  # a page's last line stands above nothing
    assert columns_of(page, features[:5]) == columns_of(alone, own)


def test_the_second_forest_sees_which_words_the_best_run_of_lines_uses() -> None:
    page, features = read("Menu", *STORY, "Share", STORY[0], OTTERS)
    columns = line_columns.line_columns(page, features)
    first = np.array([0.0, *([0.875] * len(STORY)), 0.0, 0.0, 0.0])
    context = line_context.context_of(page, features, columns, first) / FEATURE_STEPS
    found = dict(zip(line_context.NAMES, context.tolist(), strict=True))
    assert found["in_run"] == [0, *([1] * len(STORY)), 0, 0, 0]
    assert found["shared"][-2] == 1
    assert found["shared"][-1] < 0.5
    assert found["shared_in_run"][-2:] == [0, 0]
    assert found["gap"][-1] > found["gap"][-2] > found["gap"][-3] == 0


def test_a_page_of_no_lines_has_no_probabilities() -> None:
    page, features = read(*PAGE)
    leaf = {"roots": [-1], "feature": [], "threshold": [], "next": [], "leaves": [4096]}
    names = [*line_context.NAMES, *line_columns.NAMES]
    forests = forests_of({"features": names, "first": leaf, "second": leaf})
    assert probabilities_by(forests, page, features[:0]).tolist() == []
    assert probabilities_by(forests, page, features).tolist() == [round(64 * 0.7310586) / 64] * 9


def test_forests_of_other_features_are_refused() -> None:
    leaf = {"roots": [-1], "feature": [], "threshold": [], "next": [], "leaves": [0]}
    with pytest.raises(ValueError, match="fitted to other features"):
        forests_of({"features": ["words"], "first": leaf, "second": leaf})
