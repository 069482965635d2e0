"""Refusals: the error's own status and code, its field, and what else it says to machines."""

import orjson
import pytest

from shared.errors import Conflict, Forbidden, InvalidParameter, MostradorError
from shared.http import problems


class Taken(Conflict):
    """An error of a service's own."""

    def __init__(self) -> None:
        super().__init__("somebody was faster", field="number")
        self.extensions = {"stands": {"by": "ana"}}


def test_an_error_of_a_service_s_own_is_told_as_what_it_is_with_what_it_adds() -> None:
    answer = problems.response(Taken())
    assert (answer.status_code, answer.media_type) == (409, "application/problem+json")
    assert orjson.loads(answer.body) == {
        "status": 409,
        "code": "conflict",
        "detail": "somebody was faster",
        "field": "number",
        "stands": {"by": "ana"},
    }


@pytest.mark.parametrize(
    ("error", "status", "code", "field"),
    [
        (Conflict("x"), 409, "conflict", None),
        (InvalidParameter("text", "x"), 422, "invalid_parameter", "text"),
        (Forbidden("x", field="sub"), 403, "forbidden", "sub"),
        (MostradorError("x"), 500, "internal", None),
        (RuntimeError("x"), 500, "internal", None),
    ],
)
def test_other_errors_add_nothing(error: Exception, status: int, code: str, field: str | None) -> None:
    said = orjson.loads(problems.response(error).body)
    assert (said["status"], said["code"], said["field"]) == (status, code, field)
    assert set(said) == set(problems.Problem.model_fields)
    assert ("x" in said["detail"]) is (status != 500)
