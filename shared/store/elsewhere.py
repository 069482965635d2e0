"""What a delivery tells of that lies elsewhere: a mail that SES has put into the company's own bucket for mail."""

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import ClientError

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Platform

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_TO_BE_HAD = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN})
"""S3 answers 403 for an object that there is not to whoever may not list the bucket
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)."""


class Mails(Protocol):
    """A bucket for mail, by its name, which is empty where there is none."""

    @property
    def mail(self) -> str: ...

    def get_mail(self, name: str) -> bytes: ...


class MailBucket:
    """The company's bucket for mail, to be read only, for whoever has no part in that of deliveries."""

    def __init__(self, client: "S3Client", name: str) -> None:
        self._client = client
        self.mail = name

    def get_mail(self, name: str) -> bytes:
        return self._client.get_object(Bucket=self.mail, Key=name)["Body"].read()


def whole(delivery: Delivery, platform: Platform, bucket: Mails | None) -> Delivery:
    """Return a delivery together with what it says lies elsewhere.

    Raises `UnreadableDelivery` when that is not to be had, be it not there, or in another bucket than the company's for
    mail; and botocore's errors when S3 does not answer.
    """
    place = platform.elsewhere(delivery) if platform.elsewhere else None
    if place is None:
        return delivery
    name, key = place
    if bucket is None or not bucket.mail or name != bucket.mail:
        raise UnreadableDelivery(f"{platform.name}: it lies in another bucket than the one for mail")
    try:
        return replace(delivery, content=bucket.get_mail(key))
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in _NOT_TO_BE_HAD:
            raise UnreadableDelivery(f"{platform.name}: what it tells of is not in the bucket for mail") from error
        raise
