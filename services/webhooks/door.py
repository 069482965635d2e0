"""What happens to one request of a platform: who calls, is it proven, keep it, answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from services.webhooks.outside import Outside
from shared.errors import MalformedRequest, SignatureError, StoreUnavailable
from shared.models import Delivery, Handshake, Request
from shared.platforms import Platform, load
from shared.queues import Spill
from shared.secrets import AccountSecrets, WebhookSecrets
from shared.store import journal
from shared.store.journal import Journal, record
from shared.store.refusals import RefusalNotes

if TYPE_CHECKING:
    from shared.channels import Reason

type Kept = journal.Kept | Literal["spilled"]


@dataclass(frozen=True, slots=True)
class Door:
    """The acknowledgement path. Everything it needs is handed to it; `now` returns an aware instant."""

    secrets: WebhookSecrets
    journal: Journal
    spill: Spill
    refusals: RefusalNotes
    now: Callable[[], datetime]
    outside: Outside = field(default_factory=Outside)

    def answer(self, *, platform: str, account: str, request: Request, request_id: str) -> Handshake | Kept:
        """Return the platform's handshake answer, or what a verified delivery became; nothing unproven is kept.

        `request_id` tells this request from one that brings the same again.

        Raises `UnknownPlatform`, `UnknownAccount`, `SignatureError` or `MalformedRequest` for what is refused,
        `PlatformUnreachable` when the platform's certificate cannot be had, or we cannot confirm what it asks, and
        `StoreUnavailable` when neither the journal nor the spill queue took the delivery.
        """
        vendor = load(platform)
        secrets = self.secrets.of(vendor.name, account)
        now = self.now()
        try:
            handshake = self._proven(vendor, account, request, secrets, now)
        except SignatureError:
            self.refusals.note(platform=vendor.name, account=account, reason=_refused(request), at=now)
            raise
        if handshake:
            return handshake
        if vendor.confirmation and (url := vendor.confirmation(request)):
            self.outside.visit(url)
        return self._keep(vendor, _delivery(vendor, account, request, request_id, now))

    def _proven(
        self, vendor: Platform, account: str, request: Request, secrets: AccountSecrets, now: datetime
    ) -> Handshake | None:
        try:
            return self._by(secrets, vendor, request, now)
        except SignatureError:
            if not self.secrets.refresh():
                raise
            return self._by(self.secrets.of(vendor.name, account), vendor, request, now)

    def _by(self, secrets: AccountSecrets, vendor: Platform, request: Request, now: datetime) -> Handshake | None:
        known = secrets.handshake if vendor.own_handshake_secrets else secrets.signing
        handshake = vendor.handshake and vendor.handshake(request, known)
        if not handshake:
            if request.method != "POST":
                raise MalformedRequest("a delivery is a POST, and this is no handshake of the platform's")
            vendor.verify(request, self._all_that_proves(secrets.signing, vendor, request), now)
        return handshake

    def _all_that_proves(self, signing: Sequence[str], vendor: Platform, request: Request) -> Sequence[str]:
        """Return the secrets, and the certificate that the request names if it is its platform's."""
        if vendor.certificate is None:
            return signing
        return (*signing, self.outside.certificate(vendor.certificate(request, signing)))

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


def _refused(request: Request) -> "Reason":
    return "signature" if request.method == "POST" else "handshake"


def _delivery(vendor: Platform, account: str, request: Request, request_id: str, now: datetime) -> Delivery:
    headers = {name: request.headers[name] for name in vendor.headers if name in request.headers}
    headers |= {f"?{name}": request.query[name] for name in vendor.query if name in request.query}
    return Delivery(vendor.name, account, request.body, headers, now, request_id)
