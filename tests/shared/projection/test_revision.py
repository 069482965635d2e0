from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Deletion, Edit
from shared.projection.revision import revision

_WHERE = {"identity": "telegram:tienda_bot:1", "account": "tienda_bot", "channel": "telegram", "target": "7"}
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _edit(external_id: str, at: datetime = NOW, *, dated: bool = True) -> Edit:
    return Edit(**_WHERE, external_id=external_id, occurred_at=at, dated=dated, text="otra cosa")


def _deletion(external_id: str, at: datetime = NOW, *, dated: bool = True) -> Deletion:
    return Deletion(**_WHERE, external_id=external_id, occurred_at=at, dated=dated)


_REVISIONS = st.builds(
    lambda make, name, at, dated: make(name, at, dated=dated),
    st.sampled_from([_edit, _deletion]),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=600),
    st.datetimes(timezones=st.just(UTC)) | st.just(NOW),
    st.booleans(),
)


@given(_REVISIONS)
def test_a_rank_is_a_number_that_dynamodb_holds_exactly(event: Edit | Deletion) -> None:
    assert len(str(abs(revision(event).rank))) <= 38


@given(_REVISIONS, _REVISIONS)
def test_the_later_revision_ranks_higher_and_only_the_same_one_ranks_equal(
    one: Edit | Deletion, other: Edit | Deletion
) -> None:
    first, second = revision(one), revision(other)
    if first.at != second.at:
        assert (first.rank < second.rank) == (first.at < second.at)
    elif first.deleted != second.deleted:
        assert (first.rank < second.rank) == second.deleted
    else:
        assert (first.rank == second.rank) == (first.event_key == second.event_key)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (_edit("a"), _edit("b", NOW + timedelta(microseconds=1))),
        (_deletion("a"), _edit("a", NOW + timedelta(microseconds=1))),
        (_edit("zzz"), _deletion("aaa")),
        (_deletion("a", datetime(1, 1, 1, tzinfo=UTC)), _edit("a", datetime(1, 1, 2, tzinfo=UTC))),
        (_edit("a", datetime(1969, 12, 31, tzinfo=UTC)), _edit("a", datetime(1970, 1, 1, tzinfo=UTC))),
    ],
)
def test_what_counts_as_later(earlier: Edit | Deletion, later: Edit | Deletion) -> None:
    assert revision(earlier).rank < revision(later).rank


def test_a_revision_names_its_event_and_holds_none_of_its_words() -> None:
    assert revision(_edit("7:edit:1")).model_dump() == {
        "at": NOW,
        "deleted": False,
        "event_key": "event#2026-11-22T12:00:00.000000Z#7:edit:1",
    }
    assert revision(_deletion("7:deleted", dated=False)).event_key == "event#undated#7:deleted"
