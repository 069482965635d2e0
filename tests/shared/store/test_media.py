"""The bucket of files: one name, one object; and links that people may be given, and no others."""

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest

from shared import aws as clients
from shared.media.copies import Copy
from shared.media.scanning import Scanning
from shared.store import keys, media
from shared.store.keys import Key
from shared.store.media import LINK_SECONDS, MediaBucket, MediaLinks, Stored
from shared.store.table import Table
from tests.conftest import NOW

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EVENT = Key("identity#counter:shop:ana", "event#2026-11-22T12:00:00.000000Z#1")
COPY = Copy(state="copied", at=NOW, type="image/jpeg", size=3, object="media/a/b/0", verdict="not_scanned")


@pytest.fixture
def s3(aws: None) -> "S3Client":
    client = boto3.client("s3")
    client.create_bucket(Bucket="files", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return client


def test_what_is_put_twice_is_there_once_with_its_notes(s3: "S3Client") -> None:
    bucket = MediaBucket(s3, "files")
    assert bucket.find("media/a/b/0") is None
    for _ in range(2):
        bucket.put("media/a/b/0", b"abc", {"type": "image/jpeg", "sha256": "1"})
    assert bucket.find("media/a/b/0") == Stored(3, {"type": "image/jpeg", "sha256": "1"})
    assert [each["Key"] for each in s3.list_objects_v2(Bucket="files")["Contents"]] == ["media/a/b/0"]


def test_another_error_than_that_it_is_not_there_is_one(s3: "S3Client") -> None:
    from botocore.exceptions import ClientError

    class Broken:
        def head_object(self, **_: Any) -> Any:
            said: Any = {"Error": {"Code": "503"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
            raise ClientError(said, "HeadObject")

    with pytest.raises(ClientError):
        MediaBucket(Broken(), "files").find("media/a/b/0")  # type: ignore[arg-type]


def test_tags_are_what_the_scanner_wrote(s3: "S3Client") -> None:
    s3.put_object(Bucket="files", Key="media/a", Body=b"", Tagging="GuardDutyMalwareScanStatus=THREATS_FOUND&a=b")
    assert MediaBucket(s3, "files").tags("media/a") == {"GuardDutyMalwareScanStatus": "THREATS_FOUND", "a": "b"}


def test_a_link_is_for_one_file_for_five_minutes_to_be_saved_and_not_shown() -> None:
    target = urlsplit(MediaBucket(clients.client("s3"), "files").link("media/a/b/0", "image/jpeg"))
    asked = {name: value for name, (value,) in parse_qs(target.query).items()}
    assert target.scheme == "https"
    assert (target.netloc, target.path) == ("files.s3.eu-west-1.amazonaws.com", "/media/a/b/0")
    assert int(asked["X-Amz-Expires"]) == LINK_SECONDS == 300
    assert asked["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256", "the older signature is refused in newer regions"
    assert (asked["response-content-type"], asked["response-content-disposition"]) == ("image/jpeg", "attachment")
    assert httpx.URL(target.geturl()).params["X-Amz-Signature"]


@pytest.mark.parametrize(
    ("changes", "scanning", "given"),
    [
        ({}, "none", True),
        ({}, "guardduty", False),
        ({"verdict": "clean"}, "none", True),
        ({"verdict": "clean"}, "guardduty", True),
        ({"verdict": "awaited"}, "none", False),
        ({"verdict": "awaited"}, "guardduty", False),
        ({"verdict": "unscannable"}, "none", False),
        ({"verdict": "infected", "state": "refused"}, "none", False),
        ({"verdict": "clean", "state": "refused"}, "none", False),
        ({"state": "gone", "object": None}, "none", False),
        ({"object": None}, "none", False),
    ],
)
def test_a_link_is_given_to_what_people_may_have(changes: dict[str, Any], scanning: Scanning, given: bool) -> None:
    links = MediaLinks(MediaBucket(boto3.client("s3"), "files"), scanning)
    assert (links.link(COPY.model_copy(update=changes)) is not None) is given


def test_a_row_is_kept_if_the_one_that_was_read_is_still_there(table: Table) -> None:
    key = keys.media(EVENT, 0)
    later = Copy(state="later", at=NOW, since=NOW, reason="r")
    assert media.keep(table, key, later, before=None, for_days=0)
    assert not media.keep(table, key, COPY, before=None, for_days=0)
    assert media.keep(table, key, COPY, before=later, for_days=0)
    assert not media.keep(table, key, COPY, before=later, for_days=0)
    assert media.copies(table, [(EVENT, 0), (EVENT, 1)]) == {(EVENT, 0): COPY}
