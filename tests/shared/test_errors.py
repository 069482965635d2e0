"""The error tree is the one that its page draws."""

import re

import pytest

from shared import errors
from shared.errors import InvalidParameter, MostradorError

DRAWN = dict(re.findall(r"^\|-- (\w+) +(\d{3})  \S", errors.__doc__ or "", re.MULTILINE))
DEFINED = {
    name: found for name, found in vars(errors).items() if isinstance(found, type) and issubclass(found, MostradorError)
}


def test_every_error_is_drawn_with_its_status() -> None:
    assert {name: int(status) for name, status in DRAWN.items()} == {
        name: found.status for name, found in DEFINED.items() if found is not MostradorError
    }


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_every_error_hangs_from_the_root_and_says_what_it_is(name: str) -> None:
    assert DEFINED[name].__bases__ == (MostradorError,)
    assert DEFINED[name].__doc__


def test_what_nobody_gave_a_status_is_our_own_fault() -> None:
    assert MostradorError.status == 500


def test_a_wrong_parameter_is_named_as_the_caller_wrote_it() -> None:
    error = InvalidParameter("limit", "is no number between 1 and 100")
    assert (error.field, error.reason, str(error)) == (
        "limit",
        "is no number between 1 and 100",
        "limit: is no number between 1 and 100",
    )
