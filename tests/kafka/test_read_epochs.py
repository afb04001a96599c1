"""Which leader epochs of a log are remembered, and what a leader's answer means."""

from __future__ import annotations

import pytest
from aiokafka.structs import OffsetAndMetadata

from streams.kafka.insides.epochs import EpochEnd
from streams.kafka.poison_records import decode_note
from streams.kafka.read_epochs import MOST_SPANS, Divergence, ReadEpochs, Span, decode_spans


def read(*spans: tuple[int, int, int]) -> ReadEpochs:
    known = ReadEpochs()
    for span in spans:
        known.read(*span)
    return known


def test_what_is_read_in_one_epoch_is_one_span() -> None:
    known = read((3, 0, 10), (3, 10, 25), (4, 25, 30))
    assert known.spans == [Span(3, 0, 25), Span(4, 25, 30)]
    assert known.epoch_at_end() == 4


def test_batches_without_an_epoch_are_not_remembered() -> None:
    known = read((-1, 0, 10))
    assert known.spans == []
    assert known.epoch_at_end() == -1


def test_what_is_read_again_changes_nothing() -> None:
    known = read((3, 0, 20), (4, 20, 30), (3, 5, 20), (4, 20, 25))
    assert known.spans == [Span(3, 0, 20), Span(4, 20, 30)]


def test_a_leader_is_asked_once_about_the_epochs_before_its_own() -> None:
    known = read((3, 0, 20))
    assert known.due(3) == []
    assert known.due(5) == [Span(3, 0, 20)]
    assert known.answered(5, Span(3, 0, 20), EpochEnd(3, 20)) is None
    assert known.due(5) == []
    assert known.due(6) == [Span(3, 0, 20)]


def test_an_epoch_that_is_confirmed_gives_way_to_a_later_one() -> None:
    known = read((3, 0, 20), (5, 20, 30))
    assert known.due(5) == [Span(3, 0, 20)]
    assert known.answered(5, Span(3, 0, 20), EpochEnd(3, 20)) is None
    assert known.spans == [Span(5, 20, 30)]


@pytest.mark.parametrize(
    ("answer", "cut"),
    [
        (EpochEnd(3, 20), None),
        (EpochEnd(3, 900), None),  # it has more of the epoch than was read
        (EpochEnd(3, 12), 12),
        (EpochEnd(2, 8), 5),  # it never had the epoch: what was read in it is gone
        (EpochEnd(2, 4), 4),
    ],
)
def test_a_log_was_cut_where_its_leader_ends_what_was_read_earlier(
    answer: EpochEnd, cut: int | None
) -> None:
    known = read((3, 5, 20))
    expected = None if cut is None else Divergence(cut, certain=True)
    assert known.answered(6, Span(3, 5, 20), answer) == expected


def test_a_cut_that_a_later_epoch_hides_is_found_by_the_earlier_one() -> None:
    """Read to 20 in epoch 3; a leader without the last eight has written on to 30 in epoch 4."""
    known = read((3, 0, 20), (4, 20, 30))
    [due] = known.due(4)
    assert known.answered(4, due, EpochEnd(3, 12)) == Divergence(12, certain=True)
    known.cut(12)
    assert known.spans == [Span(3, 0, 12)]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (EpochEnd(3, 35), None),  # all of them are of this epoch
        (EpochEnd(3, 24), Divergence(24, certain=False)),  # or the log was cut: it is read again
        (EpochEnd(3, 18), Divergence(18, certain=True)),
        (EpochEnd(2, 18), Divergence(5, certain=True)),
    ],
)
def test_records_that_were_handed_over_may_be_of_a_later_epoch(
    answer: EpochEnd, found: Divergence | None
) -> None:
    known = read((3, 5, 20))
    known.hand_over(30)
    [due] = known.due(4)
    assert known.answered(4, due, answer) == found


def test_the_next_fetch_reveals_the_epoch_of_what_was_handed_over() -> None:
    same, later = read((3, 0, 20)), read((3, 0, 20))
    for known, epoch in ((same, 3), (later, 4)):
        known.hand_over(30)
        known.read(epoch, 30, 32)
    assert same.spans == [Span(3, 0, 32)]
    assert later.spans == [Span(3, 0, 20), Span(4, 30, 32)]
    assert later.answered(4, later.due(4)[0], EpochEnd(3, 24)) is None


def test_what_an_earlier_worker_committed_behind_its_spans_was_handed_over() -> None:
    known = ReadEpochs()
    known.add_committed(OffsetAndMetadata(30, read((3, 0, 20)).metadata(30)))
    [due] = known.due(4)
    assert known.answered(4, due, EpochEnd(3, 24)) == Divergence(24, certain=False)
    assert known.answered(4, due, EpochEnd(3, 30)) is None


def test_what_is_read_again_was_not_handed_over() -> None:
    known = read((3, 0, 20))
    known.hand_over(30)
    known.cut(24)
    assert known.answered(4, Span(3, 0, 20), EpochEnd(3, 24)) is None


def test_spans_travel_beside_committed_offsets_up_to_these() -> None:
    known = read((3, 0, 20), (4, 20, 30))
    at = OffsetAndMetadata(25, known.metadata(25))
    assert decode_spans(at) == [Span(3, 0, 20), Span(4, 20, 25)]
    assert decode_spans(OffsetAndMetadata(10, known.metadata(10))) == [Span(3, 0, 10)]


def test_spans_and_crashes_stand_beside_one_offset() -> None:
    known = read((3, 0, 20))
    at = OffsetAndMetadata(20, known.metadata(20, '{"crashes":1,"through":25,"error":"x"}'))
    crashes = decode_note(at)
    assert crashes is not None
    assert (crashes.count, crashes.first, crashes.last) == (1, 20, 25)
    assert decode_spans(at) == [Span(3, 0, 20)]
    assert decode_note(OffsetAndMetadata(20, known.metadata(20))) is None


def test_nothing_known_leaves_the_metadata_empty() -> None:
    assert ReadEpochs().metadata(7) == ""


def test_what_an_earlier_worker_read_comes_before_ones_own() -> None:
    before = read((2, 0, 10), (3, 10, 20))
    known = read((3, 20, 40), (5, 40, 50))
    known.add_committed(OffsetAndMetadata(20, before.metadata(20)))
    assert known.spans == [Span(2, 0, 10), Span(3, 10, 40), Span(5, 40, 50)]
    assert known.has_committed


@pytest.mark.parametrize(
    "metadata",
    ["", "x", "[]", '{"read":7}', '{"read":[[1,2]]}', '{"read":[["a",1,2]]}',
     '{"read":[[4,0,5],[3,5,9]]}'],
)  # fmt: skip
def test_metadata_of_others_is_ignored(metadata: str) -> None:
    assert decode_spans(OffsetAndMetadata(20, metadata)) == []


def test_metadata_stays_within_what_brokers_accept() -> None:
    known = read(
        *((epoch, 10**15 + epoch, 10**15 + epoch + 1) for epoch in range(10**6, 10**6 + 99))
    )
    assert len(known.spans) == MOST_SPANS
    assert len(known.metadata(10**16)) < 4096 - 500
