"""`echowire evaluate`: figures small enough to check by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from streams.cli.group import app
from streams.evaluation.fit import best_cut
from streams.evaluation.labelled import read_labelled
from streams.evaluation.measures import adjusted_rand_index, pairs_within, score_pairs
from streams.sources.raw_events import InputError
from tests.detection.newsroom import edited, story

# Two copies, a stranger, and a text that shares little and is labelled as a copy all the same.
TEXTS = [story(1), edited(story(1), 0.05), story(2), story(3)]


@pytest.fixture
def labelled(tmp_path: Path) -> list[str]:
    documents, pairs = tmp_path / "docs.jsonl", tmp_path / "pairs.jsonl"
    clusters = [0, 0, 1, 1]
    documents.write_text(
        "".join(
            json.dumps({"idx": i, "id": "same", "source": f"{i}.example", "time": f"2026/3/{i + 1}",
                        "title": f"Title {i}", "text": text, "cluster": clusters[i]}) + "\n"
            for i, text in enumerate(TEXTS)
        )
    )  # fmt: skip
    labels = [(0, 1, "POS"), (2, 3, "POS"), (0, 2, "NEG")]
    pairs.write_text(
        "".join(json.dumps({"a": a, "b": b, "label": label}) + "\n" for a, b, label in labels)
    )
    return [str(documents), str(pairs)]


def evaluated(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["evaluate", *arguments], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_it_counts_right_wrong_and_missed_pairs(labelled: list[str]) -> None:
    said = evaluated(*labelled)
    assert "1.0000" in said
    assert "0.5000" in said
    assert "0.6667" in said
    assert "adjusted Rand index of the stories: 0.5714" in said


def test_it_shows_wrong_pairs_side_by_side(labelled: list[str]) -> None:
    said = evaluated(*labelled, "--show-errors", "5")
    assert "POS, in two stories: no match listed" in said
    assert "Title 2" in said


def test_it_draws_the_scores(labelled: list[str], tmp_path: Path) -> None:
    picture = tmp_path / "scores.png"
    evaluated(*labelled, "--plot", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_two_parameter_sets_are_compared_verdict_by_verdict(
    labelled: list[str], tmp_path: Path
) -> None:
    strict, loose = tmp_path / "strict.toml", tmp_path / "loose.toml"
    strict.write_text("copy_overlap = 0.99\nmember_share = 0.99\n")
    loose.write_text("")
    said = evaluated(*labelled, "--as-in-file", "--compare", str(strict), str(loose))
    assert "2 verdicts differ" in said
    assert "copy with [0]" in said


def test_rejected_documents_are_counted_and_have_no_verdict_to_compare(
    labelled: list[str], tmp_path: Path
) -> None:
    """They are missed pairs that no threshold brings back."""
    documents, parameters = Path(labelled[0]), tmp_path / "same.toml"
    lines = [json.loads(line) for line in documents.read_text().splitlines()]
    lines[1]["text"], lines[2]["title"] = "", 7
    documents.write_text("".join(json.dumps(line) + "\n" for line in lines))
    parameters.write_text("copy_overlap = 0.4\n")
    said = evaluated(*labelled, "--compare", str(parameters), str(parameters))
    assert "rejected documents, which are in no story: 1 empty_body, 1 invalid_field" in said
    assert "0 verdicts differ" in said


def test_a_document_may_be_in_no_cluster_in_any_notation(labelled: list[str]) -> None:
    """Tables write whole numbers of a column with gaps as 1.0, and the gaps as null."""
    documents = Path(labelled[0])
    said = documents.read_text().replace('"cluster": 0', '"cluster": 0.0')
    documents.write_text(said.replace('"cluster": 1', '"cluster": null'))
    assert "adjusted Rand index of the stories: 1.0000" in evaluated(*labelled)


def test_parameters_that_are_not_utf8_are_named(labelled: list[str], tmp_path: Path) -> None:
    parameters = tmp_path / "latin1.toml"
    parameters.write_bytes(b"# caf\xe9\n")
    done = CliRunner().invoke(app, ["evaluate", *labelled, "--compare", *[str(parameters)] * 2])
    assert isinstance(done.exception, InputError)
    assert "latin1.toml" in str(done.exception)


def test_grey_pairs_count_for_nothing() -> None:
    score = score_pairs({(1, 2), (3, 4)}, {(1, 2): "GREY", (3, 4): "POS", (5, 6): "POS"})
    assert (score.right, score.wrong, score.missed, score.ignored) == (1, 0, 1, 1)
    assert (score.precision, score.recall) == (1.0, 0.5)


def test_agreement_of_partitions_is_that_of_the_textbook() -> None:
    """Six items in two and in three groups: counted by hand."""
    assert adjusted_rand_index("aaabbb", "aabbcc") == pytest.approx(0.2424, abs=1e-4)
    assert adjusted_rand_index("aabb", "xxyy") == 1.0
    assert pairs_within({1: "a", 2: "a", 3: "b"}) == {(1, 2)}


def test_few_pairs_fit_no_threshold(labelled: list[str]) -> None:
    assert "copy_overlap: too few labelled pairs to say: it decides 1, 1 of them" in evaluated(
        *labelled
    )


SHARES = [0.9] * 10 + [0.46] * 5 + [0.3] * 10


@pytest.mark.parametrize(
    ("positives", "said"),
    [
        (15, "F1 0.800 on the 25 pairs it decides; 0.31 to 0.46 would have given 1.000"),
        (10, "F1 1.000 on the 25 pairs it decides; no other value fits them better"),
    ],
)
def test_a_threshold_that_would_have_fitted_better_is_named(positives: int, said: str) -> None:
    positive = np.arange(25) < positives
    assert said in str(best_cut("copy_overlap", 0.5, np.array(SHARES), positive))


def test_many_labelled_pairs_say_how_the_threshold_fits(tmp_path: Path) -> None:
    """Rewrites that share two fifths of their words, said to be copies, and some that share less,
    said to be none: a lower one fits them."""
    documents, pairs = tmp_path / "docs.jsonl", tmp_path / "pairs.jsonl"
    texts = [t for n in range(30) for t in (story(n), edited(story(n), 0.2 if n < 15 else 0.27))]
    documents.write_text(
        "".join(json.dumps({"idx": i, "text": text}) + "\n" for i, text in enumerate(texts))
    )
    labels = [(2 * n, 2 * n + 1, "POS" if n < 15 else "NEG") for n in range(30)]
    labels += [(2 * n, 2 * n + 2, "NEG") for n in range(14)]
    pairs.write_text(
        "".join(json.dumps({"a": a, "b": b, "label": label}) + "\n" for a, b, label in labels)
    )
    said = evaluated(str(documents), str(pairs), "--as-in-file")
    [line] = [line for line in said.splitlines() if line.startswith("copy_overlap 0.5: F1 ")]
    assert "no other value" not in line
    assert "would have given 1.000: try it on other pairs" in line
    assert "member_containment: too few labelled pairs" in said


def test_texts_are_shown_as_they_are_and_not_as_markup(labelled: list[str]) -> None:
    documents = Path(labelled[0])
    lines = [json.loads(line) for line in documents.read_text().splitlines()]
    lines[2]["title"] = "[/b] [red]Strike[/red] \x1b[31m"
    lines[2]["source"] = "[/i].example"
    documents.write_text("".join(json.dumps(line) + "\n" for line in lines))
    said = evaluated(*labelled, "--show-errors", "5")
    assert "[/b] [red]Strike[/red]" in said
    assert "[/i].example" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"idx": 0, "text": "Again."}', "the idx 0 is that of a document above it"),
        ('{"idx": 4, "text": null}', "expected a text as 'text', got null"),
        ('{"idx": "four", "text": "Words."}', "expected a number as 'idx', got str"),
        ("5", "expected an object, got int"),
        ('{"idx": 4, "text": "", "cluster": "b"}', "expected a number as 'cluster', got str"),
        ('{"idx": 4, "te', "unexpected"),
    ],
)
def test_a_wrong_line_is_named(labelled: list[str], line: str, said: str) -> None:
    with Path(labelled[0]).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(InputError, match=r"docs\.jsonl line 5: ") as error:
        read_labelled(*map(Path, labelled))
    assert said in str(error.value)


def test_a_pair_of_a_document_that_is_not_there_is_named(labelled: list[str]) -> None:
    documents, pairs = map(Path, labelled)
    documents.write_text("".join(documents.read_text().splitlines(keepends=True)[1:]))
    with pytest.raises(InputError, match=r"pairs\.jsonl line 1: names document 0, which"):
        read_labelled(documents, pairs)


def test_nothing_is_not_measured_as_perfect(labelled: list[str]) -> None:
    documents, pairs = map(Path, labelled)
    pairs.write_text("\n")
    with pytest.raises(InputError, match=r"pairs\.jsonl: no pairs, so there is nothing to measure"):
        read_labelled(documents, pairs)
    documents.write_text("")
    with pytest.raises(InputError, match=r"docs\.jsonl: no documents, so there is nothing"):
        read_labelled(documents, pairs)
