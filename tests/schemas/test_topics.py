"""The registry of topics agrees with itself."""

from __future__ import annotations

import pytest

from schemas.topics import INPUT, TOPIC, TOPICS, Stage, Topic


def test_no_two_topics_share_a_name_or_what_they_are_followed_as() -> None:
    assert len(TOPIC) == len(TOPICS)
    followed = [topic.followed_as for topic in TOPICS if topic.followed_as]
    assert len(followed) == len(set(followed))


def test_each_stage_consumes_one_topic() -> None:
    assert set(INPUT) == set(Stage)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_read_or_written_and_its_partitions_are_those_of_another(topic: Topic) -> None:
    assert topic.readers or topic.written_by
    assert topic.same_partitions_as is None or topic.same_partitions_as in TOPIC


def test_what_recovery_reads_is_kept_as_long_as_the_window() -> None:
    read_back = {topic.name for topic in TOPICS if topic.read_by}
    assert read_back <= {topic.name for topic in TOPICS if topic.outlives_window}
