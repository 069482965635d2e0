"""Which attempts leave a reply in doubt, and which of them count."""

from datetime import timedelta

import pytest

from services.replies import doubts
from shared.casework.cases import BY_OURSELVES
from shared.casework.replies import Act, Move, ReplyHead
from tests.conftest import NOW
from tests.faults.street import AGENT


def head(*moves: str) -> ReplyHead:
    """Return the head after moves, each with its code behind a colon; `again` is what somebody decided."""
    made = []
    for number, move in enumerate(moves, start=1):
        said, _, code = move.partition(":")
        act: Act = "not_there" if said == "again" else said  # type: ignore[assignment]
        by = AGENT if said == "again" else BY_OURSELVES
        made.append(Move(number=number, act=act, at=NOW + timedelta(minutes=number), by=by, code=code or None))
    return ReplyHead(id="rpl_1", identity="app:tienda:ana", moves=tuple(made))


@pytest.mark.parametrize(
    ("moves", "is_left", "lost"),
    [
        ((), False, 0),
        (("attempted",), False, 0),
        (("attempted", "later", "attempted"), False, 0),
        (("attempted", "unknown", "attempted"), True, 1),
        (("attempted", "unknown", "attempted", "unknown:put_off", "attempted"), True, 1),
        (("attempted", "unknown", "attempted", "unknown:no_connection", "attempted", "unknown"), True, 2),
        (("attempted", "unknown", "not_there", "attempted"), False, 1),
        (("attempted", "unknown", "again", "attempted"), False, 0),
        (("attempted", "unknown", "again", "attempted", "unknown", "attempted"), True, 1),
    ],
)
def test_what_is_in_doubt_and_how_often_it_was_lost(moves: tuple[str, ...], is_left: bool, lost: int) -> None:
    told = head(*moves)
    assert (doubts.is_left(told), doubts.lost(told)) == (is_left, lost)
    assert doubts.undone(told) == ("unknown" if is_left else "later")
