"""What DynamoDB may say to reads, and clients that are answered what they are told to be answered."""

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from zlib import crc32

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from hypothesis import strategies as st

from tests.conftest import TABLE

HERE = "http://nothing.invalid/"
JSON = "application/x-amz-json-1.0"
REQUESTS: Mapping[str, Any] = {
    "query": {"TableName": TABLE},
    "get_item": {"TableName": TABLE},
    "batch_get_item": {"RequestItems": {TABLE: {"Keys": []}}},
}

names = st.text(max_size=8)
_scalars = st.one_of(
    st.fixed_dictionaries({"S": st.text()}),
    st.fixed_dictionaries({"N": st.decimals(allow_nan=False, allow_infinity=False).map(str)}),
    st.fixed_dictionaries({"B": st.binary()}),
    st.fixed_dictionaries({"BOOL": st.booleans()}),
    st.fixed_dictionaries({"NULL": st.just(True)}),
    st.fixed_dictionaries({"SS": st.lists(st.text(), min_size=1)}),
    st.fixed_dictionaries({"NS": st.lists(st.integers().map(str), min_size=1)}),
    st.fixed_dictionaries({"BS": st.lists(st.binary(), min_size=1)}),
)
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"L": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"M": st.dictionaries(names, inner, max_size=3)}),
    ),
    max_leaves=6,
)
items = st.dictionaries(names, _values, max_size=5)
consumed = st.fixed_dictionaries({"TableName": names, "CapacityUnits": st.floats(0, 1e6)})
found = st.fixed_dictionaries(
    {"Items": st.lists(items, max_size=4), "Count": st.integers(0, 4), "ScannedCount": st.integers(0, 4)},
    optional={"LastEvaluatedKey": items, "ConsumedCapacity": consumed},
)
"""Answers to a query."""


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


def answer(content: bytes, *, status: int = 200, check_sum: int | None = None, kind: str = JSON) -> AWSResponse:
    headers = HTTPHeaders()
    headers["Content-Type"] = kind
    headers["x-amzn-RequestId"] = "9MTQ9D5S"
    headers["x-amz-crc32"] = str(crc32(content) if check_sum is None else check_sum)
    return AWSResponse(HERE, status, headers, _Body(content))


class Wire:
    """Answers what a client asks, one call after another; `tries` counts them."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._client.meta.events.register("before-send.dynamodb", self._answer)
        self.tries = 0
        self._answers: deque[AWSResponse | Exception] = deque()

    def asked(self, operation: str, *answers: AWSResponse | Exception) -> Any:
        self._answers, self.tries = deque(answers), 0
        return getattr(self._client, operation)(**REQUESTS[operation])

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        self.tries += 1
        match self._answers.popleft():
            case Exception() as error:
                raise error
            case answered:
                return answered


def outcome(wire: Wire, operation: str, *answers: AWSResponse | Exception) -> object:
    """Return what a client makes of answers: what it returns, or what it raises."""
    try:
        return wire.asked(operation, *answers)
    except ClientError as error:
        return type(error).__name__, str(error), error.response
    except Exception as error:  # whatever it is, both have to raise it
        return type(error).__name__, str(error)
