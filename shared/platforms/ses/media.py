"""A mail's attachments: they came with the mail itself, and are cut out of it; nothing is asked of SES."""

from datetime import datetime

from shared.media.places import Enclosed, Gone, Located, MediaPort, Wanted
from shared.models import Delivery
from shared.platforms.ses.letter import Letter
from shared.platforms.ses.payload import Received, mail, split
from shared.ports import Asking, Presence

_NOT_THERE = Gone("the mail has no such part, or one that cannot be decoded: it is in the bucket for mail as it came")
_TOO_DEEP = Gone(
    "the mail has too many parts in one another to be taken apart: it is in the bucket for mail as it came"
)


def has(wanted: Wanted) -> bool:
    """Every attachment is one, by the number of its part."""
    return wanted.attachment.id is not None


def locate(presence: Presence, wanted: Wanted, now: datetime) -> Asking[Located]:  # noqa: ARG001 - a port's `locate`
    yield from ()
    return Enclosed(wanted.attachment.id or "")


def cut(delivery: Delivery, part: str) -> bytes | Gone:
    """Return a part of the mail that a delivery tells of, decoded."""
    (unit,) = split(delivery)
    try:
        found = Letter(mail(Received.model_validate(unit.value), unit.context)).part(part)
    except RecursionError:
        return _TOO_DEEP
    return _NOT_THERE if found is None else found


PORT = MediaPort(has, locate, cut=cut)
