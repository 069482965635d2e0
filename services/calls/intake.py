"""What Amazon Connect tells becomes deliveries, and each delivery one write to the journal, as at the door.

Nobody signs it. Only AWS can invoke the function: EventBridge by the permission of our own rules, whose events from
`aws.connect` and `aws.s3` nobody but AWS may put on a bus, and Lambda by our role from the stream that the instance
writes to.
"""

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

from shared import telemetry
from shared.errors import StoreUnavailable, UnreadableDelivery
from shared.models import Delivery
from shared.platforms import Platform, load
from shared.queues import Spill
from shared.store.journal import Journal, record

type Failures = dict[str, list[dict[str, str]]]

PLATFORM = "connect"

NO_INSTANCE = "unknown"
"""The account of what does not say of which instance it is, where none is named to us either."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Keeps what is told. `now` returns an aware instant; `instance` is the account of what does not say of which
    instance it is, as what S3 tells never does."""

    journal: Journal
    spill: Spill
    now: Callable[[], datetime]
    instance: str = NO_INSTANCE

    def event(self, event: Mapping[str, Any], *, request_id: str) -> None:
        """Keep an EventBridge event; `request_id` is the invocation's, which Lambda's own retries share.

        Raises `StoreUnavailable` when neither the journal nor the spill queue took it: Lambda then tries twice more.
        """
        # Lambda has parsed it. The same event is the same bytes again, whatever the order of its names.
        self._keep(orjson.dumps(event, option=orjson.OPT_SORT_KEYS), request_id)

    def records(self, records: Iterable[Mapping[str, Any]]) -> Failures:
        """Keep contact records out of a Kinesis stream, in their order, and return the first that could not be kept.

        The stream gives that one again and all that follow it, until they are taken or are too old for it.
        """
        for found in records:
            try:
                self._keep(b64decode(found["kinesis"]["data"]), found["eventID"])
            except StoreUnavailable as error:
                telemetry.failure("contact record not kept", error)
                return {"batchItemFailures": [{"itemIdentifier": found["kinesis"]["sequenceNumber"]}]}
        return {"batchItemFailures": []}

    def _keep(self, body: bytes, request_id: str) -> None:
        vendor = load(PLATFORM)
        delivery = _of_its_instance(Delivery(vendor.name, self.instance, body, {}, self.now(), request_id), vendor)
        try:
            kept: str = self.journal.keep(record(delivery, vendor))
        except (ClientError, BotoCoreError) as refusal:
            try:
                self.spill.keep(delivery)
                kept = "spilled"
            except (ClientError, BotoCoreError) as second:
                raise StoreUnavailable(
                    f"the journal ({type(refusal).__name__}) and the spill queue ({type(second).__name__}) both refused"
                ) from second
        telemetry.count(f"Delivery{kept.capitalize()}")


def _of_its_instance(delivery: Delivery, vendor: Platform) -> Delivery:
    try:
        (unit,) = vendor.units(delivery)
    except UnreadableDelivery:
        return delivery
    return replace(delivery, account=unit.account)
