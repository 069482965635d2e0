"""S3: objects in memory, and the announcement of each on a queue.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote_plus

import orjson
from botocore.response import StreamingBody

from tests.double.wire import Answer, Arguments, Operation, Refusal, operation

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html, UsingMetadata.html
_MOST_KEY_BYTES = 1024
_MOST_METADATA_BYTES = 2 * 1024
_MOST_IN_PAGE = 1000


class Object(NamedTuple):
    """One object as it was put."""

    body: bytes
    metadata: Mapping[str, str]
    at: datetime

    @property
    def tag(self) -> str:
        return f'"{md5(self.body, usedforsecurity=False).hexdigest()}"'

    def head(self) -> Answer:
        return {
            "ContentLength": len(self.body),
            "ETag": self.tag,
            "LastModified": self.at.replace(microsecond=0),
            "ContentType": "binary/octet-stream",
            "Metadata": dict(self.metadata),
        }


@dataclass(slots=True)
class Bucket:
    """One bucket; `notify` is the queue that is told of each object under the prefix."""

    name: str
    notify: str | None
    prefix: str
    objects: dict[str, Object] = field(default_factory=dict)

    def copy(self) -> "Bucket":
        return Bucket(self.name, self.notify, self.prefix, self.objects.copy())


class S3:
    """All buckets of an account; `announce` puts a message on a queue by its URL."""

    def __init__(self, now: Callable[[], datetime], announce: Callable[[str, str], None]) -> None:
        self._now = now
        self._announce = announce
        self._sequence = 0
        self.buckets: dict[str, Bucket] = {}
        one = "Bucket! Key!"
        self.operations: dict[str, Operation] = {
            "CreateBucket": operation(self._create_bucket, "Bucket! CreateBucketConfiguration"),
            "DeleteBucket": operation(self.delete_bucket, "Bucket!"),
            "PutObject": operation(self.put_object, f"{one} Body Metadata"),
            "GetObject": operation(self.get_object, one),
            "HeadObject": operation(self.head_object, one),
            "DeleteObject": operation(self.delete_object, one),
            "ListObjectsV2": operation(self.list_objects_v2, "Bucket! Prefix MaxKeys ContinuationToken StartAfter"),
        }

    def snapshot(self) -> Any:
        return {name: bucket.copy() for name, bucket in self.buckets.items()}, self._sequence

    def restore(self, snapshot: Any) -> None:
        buckets, self._sequence = snapshot
        self.buckets = {name: bucket.copy() for name, bucket in buckets.items()}

    def create_bucket(self, name: str, *, notify: str | None, prefix: str) -> None:
        self.buckets[name] = Bucket(name, notify, prefix)

    def _create_bucket(self, ask: Arguments) -> Answer:
        if ask["Bucket"] in self.buckets:
            raise Refusal("BucketAlreadyOwnedByYou", "You already own the bucket you tried to create", status=409)
        self.create_bucket(ask["Bucket"], notify=None, prefix="")
        return {"Location": f"/{ask['Bucket']}"}

    def delete_bucket(self, ask: Arguments) -> Answer:
        if self._bucket(ask).objects:
            raise Refusal("BucketNotEmpty", "The bucket you tried to delete is not empty", status=409)
        del self.buckets[ask["Bucket"]]
        return {}

    def put_object(self, ask: Arguments) -> Answer:
        bucket, key = self._bucket(ask), ask["Key"]
        if not 1 <= len(key.encode()) <= _MOST_KEY_BYTES:
            raise Refusal("KeyTooLongError", "Your key is too long")
        metadata = {name.lower(): value for name, value in ask.get("Metadata", {}).items()}
        if not all(part.isascii() for pair in metadata.items() for part in pair):
            raise ValueError("Non ascii characters found in S3 metadata")  # the SDK's ParamValidationError by its base
        if any(sign in part for pair in metadata.items() for part in pair for sign in "\r\n"):
            raise ValueError("Invalid header value")  # as http.client says it; a line's end would end the header
        if sum(len(name) + len(value) for name, value in metadata.items()) > _MOST_METADATA_BYTES:
            raise Refusal("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
        body = ask.get("Body", b"")
        content = body.encode() if isinstance(body, str) else bytes(body if isinstance(body, bytes) else body.read())
        stored = bucket.objects[key] = Object(content, metadata, self._now())
        self._sequence += 1
        if bucket.notify and key.startswith(bucket.prefix):
            self._announce(bucket.notify, orjson.dumps(self._event(bucket, key, stored)).decode())
        return {"ETag": stored.tag}

    def _event(self, bucket: Bucket, key: str, stored: Object) -> Answer:
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html"""
        record = {
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "eu-west-1",
            "eventTime": stored.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "eventName": "ObjectCreated:Put",
            "s3": {
                "s3SchemaVersion": "1.0",
                "bucket": {"name": bucket.name, "arn": f"arn:aws:s3:::{bucket.name}"},
                "object": {
                    "key": quote_plus(key, safe="/"),
                    "size": len(stored.body),
                    "eTag": stored.tag.strip('"'),
                    "sequencer": f"{self._sequence:018X}",
                },
            },
        }
        return {"Records": [record]}

    def get_object(self, ask: Arguments) -> Answer:
        found = self._object(ask, Refusal("NoSuchKey", "The specified key does not exist.", status=404))
        return found.head() | {"Body": StreamingBody(BytesIO(found.body), len(found.body))}

    def head_object(self, ask: Arguments) -> Answer:
        return self._object(ask, Refusal("404", "Not Found", status=404)).head()

    def delete_object(self, ask: Arguments) -> Answer:
        self._bucket(ask).objects.pop(ask["Key"], None)
        return {}

    def list_objects_v2(self, ask: Arguments) -> Answer:
        bucket, prefix = self._bucket(ask), ask.get("Prefix", "")
        after = ask.get("ContinuationToken", ask.get("StartAfter", ""))
        most = min(ask.get("MaxKeys", _MOST_IN_PAGE), _MOST_IN_PAGE)
        names = sorted(name for name in bucket.objects if name.startswith(prefix) and name > after)
        page = names[:most]
        found = [(name, bucket.objects[name]) for name in page]
        answer: Answer = {"Name": bucket.name, "Prefix": prefix, "KeyCount": len(page), "MaxKeys": most}
        answer["IsTruncated"] = len(names) > most
        if page:
            answer["Contents"] = [
                {
                    "Key": name,
                    "Size": len(one.body),
                    "ETag": one.tag,
                    "LastModified": one.at.replace(microsecond=0),
                    "StorageClass": "STANDARD",
                }
                for name, one in found
            ]
        return answer | ({"NextContinuationToken": page[-1]} if answer["IsTruncated"] else {})

    def _bucket(self, ask: Arguments) -> Bucket:
        if ask["Bucket"] not in self.buckets:
            raise Refusal("NoSuchBucket", "The specified bucket does not exist", status=404)
        return self.buckets[ask["Bucket"]]

    def _object(self, ask: Arguments, missing: Refusal) -> Object:
        found = self._bucket(ask).objects.get(ask["Key"])
        if found is None:
            raise missing
        return found
