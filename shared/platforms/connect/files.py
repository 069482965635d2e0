"""The files of the instance's bucket of which S3 tells (EventBridge, `Object Created`), by what their names say.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
https://docs.aws.amazon.com/connect/latest/adminguide/example-contact-lens-output-locations.html

What was said to a menu or a bot lies beside what was said to agents, under `ivr/`. No page of AWS's that we found names
it: it is read as AWS's own sample of a reader reads it (Amazon Connect AI Agent Performance Analyzer, `handler.py`).
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.errors import UnreadableDelivery

MOST_BYTES = 20 * 1024 * 1024
"""Of a file that is read: what is said in a day takes less, and whoever reads one holds it in memory several times."""

_ANALYSIS = re.compile(
    r"Analysis/(?:Voice/(?=ivr/))?(?P<channel>[A-Za-z]+)/(?:Redacted/)?[0-9/]+/"
    r"(?P<contact>[^/_]+)_analysis_(?:redacted_)?(?P<taken>[^/]+)\.json"
)


_CALLS = frozenset({"voice", "ivr"})


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, defer_build=True)


class _Place(_Part):
    name: str = Field(min_length=1)


class _Object(_Part):
    key: str = Field(min_length=1)
    size: int = 0


class _Told(_Part):
    bucket: _Place
    object: _Object


class File(NamedTuple):
    """A file, and where it lies. Of an analysis `channel` says, in small letters, of what, `contact` of which, and
    `taken_at` when whoever was spoken with was connected; of any other file they say nothing."""

    bucket: str
    key: str
    size: int
    channel: str | None = None
    contact: str = ""
    taken_at: datetime | None = None

    @property
    def is_read(self) -> bool:
        """Whether it says what was said in a call."""
        return self.channel in _CALLS


def told_of(body: dict[str, Any]) -> File | None:
    """Return the file that a delivery tells of, its names in small letters, or `None` where it tells of none.

    Raises `UnreadableDelivery` where S3 tells of something else than an object, or of an analysis by whose name nobody
    can tell of what.
    """
    if body.get("source") != "aws.s3":
        return None
    try:
        told = _Told.model_validate(body.get("detail"))
    except ValidationError as error:
        raise UnreadableDelivery("connect: S3 tells of no object") from error
    key, where = told.object.key, (told.bucket.name, told.object.key, told.object.size)
    if found := _ANALYSIS.fullmatch(key):
        return File(*where, found["channel"].lower(), found["contact"], _instant(found["taken"]))
    if key.startswith("Analysis/") and key.endswith(".json"):
        raise UnreadableDelivery("connect: an analysis by a name that we do not know")
    return File(*where)


def _instant(text: str) -> datetime | None:
    with suppress(ValueError, OverflowError):
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else None
    return None
