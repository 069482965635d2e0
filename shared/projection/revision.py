"""The latest word on a message: its last edit, or that it was taken back.

It is a maximum over the journal, so edits and deletions may come late, twice and in any order. The row that keeps it
holds none of the words; it names the event that does.
"""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from shared.models import Deletion, Edit, Frozen, Identifier, Instant
from shared.store import keys

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Revision(Frozen):
    """What was last done to a message: `event_key` is the journal's key of the edit or deletion that did it, within
    the identity's partition, and `at` its instant."""

    at: Instant
    deleted: bool
    event_key: Identifier

    @property
    def rank(self) -> int:
        """Return a number of at most 38 digits (what DynamoDB holds) that is greater for the later revision.

        At one instant a deletion is later than an edit; among equals a digest decides, so that any order of arrival
        ends with the same one.
        """
        microseconds = (self.at - _EPOCH) // timedelta(microseconds=1)
        tie = int.from_bytes(sha256(self.event_key.encode()).digest()[:8])
        return (microseconds << 65) + (self.deleted << 64) + tie


def revision(event: Edit | Deletion) -> Revision:
    """Return what an edit or a deletion does to the message that is its target."""
    return Revision(at=event.occurred_at, deleted=isinstance(event, Deletion), event_key=keys.event(event).sk)
