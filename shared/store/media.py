"""The bucket of the files that came with messages, and the rows that say what became of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from shared.media.copies import Copy
from shared.media.scanning import Scanning, may_be_shown
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 300
"""How long a link to a file is good for."""

_NOT_THERE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN})
"""S3 answers 403 for an object that there is not to whoever may not list the bucket
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html)."""


class Stored(NamedTuple):
    """What the bucket says of an object: how large it is, and what was noted of it as it was put there."""

    size: int
    notes: Mapping[str, str]


class MediaBucket:
    """The bucket, through one client. An object's name is always the same, so that a second copy is the first one."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self._name = name

    def put(self, name: str, body: bytes, notes: Mapping[str, str]) -> None:
        """Keep a file with notes, which are ASCII."""
        self._client.put_object(Bucket=self._name, Key=name, Body=body, Metadata=dict(notes))

    def find(self, name: str) -> Stored | None:
        """Return what is known of an object, or none when it is not there."""
        try:
            found: Any = self._client.head_object(Bucket=self._name, Key=name)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in _NOT_THERE:
                return None
            raise
        return Stored(found["ContentLength"], found["Metadata"])

    def tags(self, name: str) -> Mapping[str, str]:
        """Return an object's tags, which whoever scans it writes."""
        found = self._client.get_object_tagging(Bucket=self._name, Key=name)
        return {tag["Key"]: tag["Value"] for tag in found["TagSet"]}

    def link(self, name: str, media_type: str) -> str:
        """Return a URL from which the file can be had for `LINK_SECONDS`, as long as whoever signs it may read it.

        It makes no call. A browser saves the file instead of showing it: what is in it, nobody vouches for.
        """
        asked = {
            "Bucket": self._name,
            "Key": name,
            "ResponseContentType": media_type,
            "ResponseContentDisposition": "attachment",
        }
        return self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=LINK_SECONDS)


@dataclass(frozen=True, slots=True)
class MediaLinks:
    """Gives links to those files that people may have."""

    bucket: MediaBucket
    scanning: Scanning

    def link(self, copy: Copy) -> str | None:
        """Return a link to a copy, or none where there is none or it may not be shown."""
        if copy.state != "copied" or copy.object is None or not may_be_shown(copy.verdict, self.scanning):
            return None
        return self.bucket.link(copy.object, copy.type or "application/octet-stream")


def copies(table: Table, wanted: Iterable[tuple[Key, int]]) -> dict[tuple[Key, int], Copy]:
    """Return what became of those of these files (an event's key, an attachment's number) of which something is
    known (strongly consistent)."""
    places = {keys.media(event, number): (event, number) for event, number in wanted}
    found = table.get_many(places)
    return {places[key]: read(item) for key, item in found.items()}


def read(item: Item) -> Copy:
    return Copy.stored(item["state"]["S"])


def keep(table: Table, key: Key, copy: Copy, *, before: Copy | None, for_days: int) -> bool:
    """Note what became of a file if what was known before is still the last; return whether it was noted.

    With `for_days`, DynamoDB may delete the row when the bucket has forgotten the file.
    """
    until = copy.at + timedelta(days=for_days)
    extra = {"expires_at": {"N": str(int(until.timestamp()))}} if for_days else {}
    seen = None if before is None else before.model_dump_json()
    return table.replace(key, state=copy.model_dump_json(), seen=seen, extra=extra)
