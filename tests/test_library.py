"""The public Python API: what docs/library.md shows works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest

import streams.pipeline as library
from streams.pipeline import Parameters, Pipeline, RejectedError

PAGE = Path(__file__).parents[1] / "docs" / "library.md"
STORY = " ".join(f"word{n}" for n in range(60))


def test_the_program_in_the_documentation_finds_a_copy_and_other_facts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(compile(program, str(PAGE), "exec"), {})
    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("1 original []")
    assert second.startswith("2 copy ['100% of this text")
    assert third.startswith("3 ")


def test_what_is_public_is_what_the_page_names() -> None:
    named = re.search(r"`streams\.pipeline\.__all__` \(([^)]*)\)", PAGE.read_text())
    assert named is not None
    assert re.findall(r"`(\w+)`", named[1]) == library.__all__


def test_events_are_fields_or_json() -> None:
    fields = {"id": "a", "text": STORY}
    (one,) = Pipeline().enrich([fields])
    (other,) = Pipeline().enrich([orjson.dumps(fields)])
    assert one == other


def test_a_redelivery_yields_nothing() -> None:
    event = {"id": "a", "text": STORY}
    assert len(list(Pipeline().enrich([event, event]))) == 1


def test_an_event_that_cannot_become_an_article_is_an_error_that_says_why() -> None:
    with pytest.raises(RejectedError, match="no_body") as caught:
        list(Pipeline().enrich([{"id": "a", "text": STORY}, {"id": "b"}]))
    assert caught.value.reason == "no_body"
    assert caught.value.event == {"id": "b"}


def test_rejections_can_be_collected() -> None:
    rejected: list[RejectedError] = []
    events: list[dict[str, str] | bytes] = [{"id": "b"}, {"id": "a", "text": STORY}, b"no JSON"]
    (article,) = Pipeline().enrich(events, rejected.append)
    assert article["producer_id"] == "a"
    assert [error.reason for error in rejected] == ["no_body", "not_json"]


def test_the_window_is_a_parameter() -> None:
    day = 24 * 3600
    events = [
        {"id": str(n), "text": STORY, "published_at": f"2026-03-0{n}T12:00:00Z"} for n in (1, 2, 3)
    ]
    for seconds, copies in ((12 * 3600, 0), (3 * day, 2)):
        found = Pipeline(Parameters(window_seconds=seconds, capacity=1024)).enrich(events)
        assert sum(a["detection"]["relation"] == "copy" for a in found) == copies
