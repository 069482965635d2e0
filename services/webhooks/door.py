"""What happens to one request of a platform: who calls, is it proven, keep it, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from botocore.exceptions import BotoCoreError, ClientError

from shared.errors import MalformedRequest, SignatureError, StoreUnavailable
from shared.models import Delivery, Handshake, Request
from shared.platforms import Platform, load
from shared.queues import Spill
from shared.secrets import AccountSecrets, WebhookSecrets
from shared.store.journal import Journal, Outcome, record

type Kept = Outcome | Literal["spilled"]


@dataclass(frozen=True, slots=True)
class Door:
    """The acknowledgement path. Everything it needs is handed to it; `now` returns an aware instant."""

    secrets: WebhookSecrets
    journal: Journal
    spill: Spill
    now: Callable[[], datetime]

    def answer(self, *, platform: str, account: str, request: Request) -> Handshake | Kept:
        """Return the platform's handshake answer, or what a verified delivery became; nothing unproven is kept.

        Raises `UnknownPlatform`, `UnknownAccount`, `SignatureError` or `MalformedRequest` for what is refused, and
        `StoreUnavailable` when neither the journal nor the spill queue took the delivery.
        """
        vendor = load(platform)
        secrets = self.secrets.of(vendor.name, account)
        now = self.now()
        try:
            handshake = _proven(vendor, request, secrets, now)
        except SignatureError:
            if not self.secrets.refresh():
                raise
            handshake = _proven(vendor, request, self.secrets.of(vendor.name, account), now)
        return handshake or self._keep(vendor, _delivery(vendor, account, request, now))

    def _keep(self, vendor: Platform, delivery: Delivery) -> Kept:
        try:
            return self.journal.keep(record(delivery, vendor))
        except (ClientError, BotoCoreError) as refusal:
            try:
                self.spill.keep(delivery)
            except (ClientError, BotoCoreError) as second:
                raise StoreUnavailable(
                    f"the journal ({type(refusal).__name__}) and the spill queue ({type(second).__name__}) both refused"
                ) from second
            return "spilled"


def _proven(vendor: Platform, request: Request, secrets: AccountSecrets, now: datetime) -> Handshake | None:
    known = secrets.handshake if vendor.own_handshake_secrets else secrets.signing
    handshake = vendor.handshake and vendor.handshake(request, known)
    if not handshake:
        if request.method != "POST":
            raise MalformedRequest("a delivery is a POST, and this is no handshake of the platform's")
        vendor.verify(request, secrets.signing, now)
    return handshake


def _delivery(vendor: Platform, account: str, request: Request, now: datetime) -> Delivery:
    headers = {name: request.headers[name] for name in vendor.headers if name in request.headers}
    return Delivery(vendor.name, account, request.body, headers, now)
