"""Query strings: what is not asked for is refused, and so is what is asked twice."""

from collections import Counter
from collections.abc import Callable, Coroutine
from itertools import chain
from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict

from shared.errors import InvalidParameter


class Query(BaseModel):
    """The parameters of a path; any other one is refused by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def each_once(*queries: type[Query]) -> Callable[[Request], Coroutine[Any, Any, None]]:
    """Return a dependency that raises `InvalidParameter` for a parameter of these that is given more than once."""
    names = tuple(chain.from_iterable(query.model_fields for query in queries))

    async def check(request: Request) -> None:
        times = Counter(name for name, _ in request.query_params.multi_items())
        for name in names:
            if times[name] > 1:
                raise InvalidParameter(name, "is given more than once; give it once")

    return check
