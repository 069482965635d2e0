"""What a platform tells our door of something that it has just taken, in the form of its samples: its echo, or how far
it got."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from infra.local.standin.state import Arrived


class Notice(NamedTuple):
    """One delivery: the JSON of a sample, and what stands behind the webhook's URL after a `?`."""

    platform: str
    body: bytes
    query: str = ""


def notice(arrived: Arrived, said: Mapping[str, Any], query: str = "") -> Notice:
    """Return what a platform says of something that arrived there."""
    return Notice(arrived.platform, orjson.dumps(said), query)


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
