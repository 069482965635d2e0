"""The note that somebody looked at what is kept of a person."""

from typing import Literal

from shared.models import Frozen, Identifier, Instant

Look = Literal["customer", "lookup", "timeline", "links", "preview", "audit", "clocks"]
"""What was looked at: one person, those whom a search found, their history, who else they might be, what a link would
bring together, the record of who looked, or how long they were kept waiting."""


class Seen(Frozen):
    """One look at one identity: by whom, at what, and why.

    `purposes` are those that limited the token, `parts` those of the answer that were shown (none where it has no
    parts or all were), and `why` is the reason that was given with the request. `id` is the request's, the gateway's
    own, so that the identities which one answer showed can be told together.
    """

    id: str
    at: Instant
    by: Identifier
    what: Look
    purposes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    why: str = ""
