"""Whose a message is that a platform shows: this reply's, and no other's that has the same words."""

import unicodedata

from shared.casework.replies import ReplyHead
from shared.projection import replies
from shared.projection.replies import Ours
from shared.replying import NotThere, Sent, Unknown
from shared.store.table import Table


def confirmed(found: Sent | NotThere | Unknown, head: ReplyHead, table: Table) -> Sent | NotThere | Unknown:
    """Return what a platform was found to have of a reply, when it can be no other's: where another one of the same
    words may be meant, or has that very id, nobody can tell.

    What is returned as sent is noted as this reply's, so that it counts for none but this one.
    """
    if not isinstance(found, Sent):
        return found
    if any(may_be_taken_for(head, other) for other in replies.in_flight(table, head.identity)):
        return _TWO_ALIKE
    own = Ours(reply_id=head.id, identity=head.identity, automatic=bool(head.asked and head.asked.automatic))
    is_own = replies.point(own, found.identity or head.identity, found.external_id, table=table)
    return found if is_own else _ANOTHERS


def may_be_taken_for(head: ReplyHead, other: ReplyHead) -> bool:
    """Return whether another reply, of which it is not known either whether it was sent, reads the same in the same
    conversation, however roughly a platform's list is compared."""
    if other.id == head.id or head.asked is None or other.asked is None:
        return False
    one, two = head.asked, other.asked
    return (one.channel, one.thread, _letters(one.text)) == (two.channel, two.thread, _letters(two.text))


def _letters(text: str) -> str:
    """Return the letters of a text without names and links, which platforms change."""
    kept = (word for word in text.split() if "/" not in word and not word.startswith("@"))
    plain = unicodedata.normalize("NFKC", " ".join(word for word in kept if "." not in word.strip(".,;:!?…")))
    return "".join(filter(str.isalnum, plain)).casefold()


_TWO_ALIKE = Unknown(
    sentence="two replies here have the same words, and it is not known of either whether it was sent", for_good=True
)
_ANOTHERS = Unknown(sentence="what the platform shows in these words is another reply", for_good=True)
