"""What a delivery tells of that lies elsewhere: a mail that SES has put into the company's own bucket for mail, or what
Contact Lens wrote down of a call, in the bucket of the company's Amazon Connect instance."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Platform

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_TO_BE_HAD = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN})
"""S3 answers 403 for an object that there is not to whoever may not list the bucket, and for one that they may not
decrypt (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)."""


class Elsewhere:
    """Buckets of the company's, to be read only: `places` has the name of each by the platform that puts things there,
    which is empty where there is none."""

    def __init__(self, client: "S3Client", places: Mapping[str, str]) -> None:
        self._client = client
        self.places = places

    def get_from(self, bucket: str, name: str) -> bytes:
        return self._client.get_object(Bucket=bucket, Key=name)["Body"].read()


def whole(delivery: Delivery, platform: Platform, buckets: Elsewhere | None) -> Delivery:
    """Return a delivery together with what it says lies elsewhere.

    Raises `UnreadableDelivery` when that is not to be had, be it not there, not for us to read, or in another bucket
    than the platform's; and botocore's errors when S3 does not answer.
    """
    place = platform.elsewhere(delivery) if platform.elsewhere else None
    if place is None:
        return delivery
    name, key = place
    if buckets is None or not name or name != buckets.places.get(platform.name):
        raise UnreadableDelivery(f"{platform.name}: it lies in another bucket than the one that is read")
    try:
        return replace(delivery, content=buckets.get_from(name, key))
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in _NOT_TO_BE_HAD:
            raise UnreadableDelivery(
                f"{platform.name}: what it tells of is not there, or we may not read it"
            ) from error
        raise
