"""What a delivery tells of that lies elsewhere: a mail that SES has put into the company's own bucket for mail."""

from dataclasses import replace
from http import HTTPStatus

from botocore.exceptions import ClientError

from shared.errors import UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Platform
from shared.store.journal import Bucket

_NOT_TO_BE_HAD = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN})
"""S3 answers 403 for an object that there is not to whoever may not list the bucket
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html)."""


def whole(delivery: Delivery, platform: Platform, bucket: Bucket | None) -> Delivery:
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
