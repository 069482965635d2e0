"""How far something got that the company said, by all that its platform told of it afterwards: pure, and the same in
whatever order that was told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

from shared.models import Message, Receipt

Status = Literal["sent", "failed", "delivered", "read"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""What a platform tells of something afterwards, the later in this order counting for more, whichever came first: what
the customer has has arrived, whatever else failed. WhatsApp tells `failed` of one of their devices and `delivered` of
another (https://api.support.vonage.com/hc/en-us/articles/14317458732828). A platform whose word is weaker, such as
that a server took a mail, which it may yet send back, says `sent` for it."""

_STATUS_OF: Mapping[str, Status] = {**{status: status for status in STATUSES}, "played": "read"}

_WATERMARKS_HOLD = timedelta(days=7)
"""For so long what a platform says of everything up to an instant is held against what was said before."""


def status_of(receipt: Receipt) -> Status:
    """Return what a receipt tells, in these words."""
    return _STATUS_OF[receipt.status]


def furthest(named: Iterable[Status], of_all: Iterable[Status] = ()) -> Status | None:
    """Return how far something got of which all this was told by its name, and `of_all` of everything up to an instant;
    none where nothing was. A word about it alone beats one about all: what failed by name was not among what was
    read."""
    told = list(named)
    far = max(told, key=STATUSES.index, default=None)
    return far if far == "failed" else max([*told, *of_all], key=STATUSES.index, default=None)


def is_watermark(receipt: Receipt) -> bool:
    """Return whether a receipt tells of everything up to its instant; nobody says that all of it failed."""
    return receipt.target is None and receipt.reply_id is None and receipt.status != "failed"


def covers(watermark: Receipt, said_at: datetime) -> bool:
    """Return whether what a receipt tells of everything up to its instant is held against what was said at another."""
    return said_at <= watermark.occurred_at <= said_at + _WATERMARKS_HOLD


class Arrivals:
    """What receipts tell by its name of what was said to one identity, wherever it was written."""

    def __init__(self, receipts: Iterable[Receipt]) -> None:
        self._told: dict[str, list[Status]] = defaultdict(list)
        for receipt in receipts:
            for name in filter(None, (receipt.target, receipt.reply_id)):
                self._told[name].append(status_of(receipt))

    def has_failed(self, said: Message, *names: str) -> bool:
        """Return whether something did not reach the customer, says the platform; `names` are further ones that it has
        beside the platform's own."""
        names = tuple({said.external_id, *names})
        return furthest(status for name in names for status in self._told.get(name, ())) == "failed"
