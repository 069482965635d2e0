"""A file that came inside what a delivery brought: cut out of it, and as large as others at most."""

from shared import platforms
from shared.errors import UnreadableDelivery
from shared.media.fetching import Fetched, too_large
from shared.media.places import Enclosed, Gone, MediaPort, Refused
from shared.models import Delivery
from shared.store import journal, keys
from shared.store.elsewhere import Elsewhere, whole
from shared.store.journal import Entry
from shared.store.table import Table

_NO_DELIVERY = Gone("what brought it is no longer in the journal")


def cut_out(
    entry: Entry, place: Enclosed, port: MediaPort, *, table: Table, elsewhere: Elsewhere, most_bytes: int
) -> Fetched | Refused | Gone:
    """Return the file that an event's own delivery has at a place, or why it is not had.

    Raises what the table and the buckets raise.
    """
    delivery = _delivery(entry, table)
    if delivery is None or port.cut is None:
        return _NO_DELIVERY
    try:
        found = port.cut(whole(delivery, platforms.load(delivery.platform), elsewhere), place.part)
    except UnreadableDelivery as error:  # says why in a sentence of ours, as its place in the ledger does
        return Gone(str(error))
    if isinstance(found, Gone):
        return found
    return Fetched(found, None) if len(found) <= most_bytes else too_large(most_bytes)


def _delivery(entry: Entry, table: Table) -> Delivery | None:
    """Return what brought an event, with its bytes. What no item can hold is not looked for: SNS carries 256 KB."""
    if entry.delivery_id is None:
        return entry.delivery
    item = table.get(keys.delivery(entry.delivery_id))
    return journal.delivery(item) if item is not None and "packed" in item else None
