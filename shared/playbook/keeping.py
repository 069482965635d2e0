"""For how long what nobody said to the company and nobody was offered is kept where the playbook does not say: by the
platform that it was heard on, with the reason."""

from datetime import timedelta
from typing import NamedTuple


class Term(NamedTuple):
    """`days` is what counts where the playbook says nothing; `at_most` is the longest that the platform lets others
    keep, where it publishes a number; `why` is for people who write playbooks."""

    days: int
    why: str
    at_most: int | None = None


OURS = Term(30, "ours; the platform names no number of days, and whoever withdraws something is not to be asked twice")
"""Of every platform that has no term of its own below."""

TERMS = {
    # X's Developer Policy, "Content compliance": what is deleted, protected or changed on X goes elsewhere as soon as
    # reasonably possible, or within 24 hours of a request. It names no number of days for what still stands there.
    "x": Term(30, "ours; X wants withdrawn posts gone as soon as possible, and a filtered stream tells of none"),
    # Bluesky's Developer Guidelines, 3: whoever keeps content can delete what its author wants deleted. No number.
    "bluesky": Term(30, "ours; people may have deleted what they wrote, and a search tells of no deletion"),
    "mastodon": Term(30, "ours; people may withdraw what they wrote, and a search tells of no deletion"),
    "feeds": Term(90, "ours; each site has terms of its own, and what is in a feed was written to be read by many"),
    # YouTube API Services Developer Policies, III.E.4.d: what is got without its author's authorisation is deleted or
    # got anew after 30 calendar days. Nothing of YouTube's is overheard yet; what will be has its limit.
    "youtube": Term(30, "YouTube's Developer Policies, III.E.4.d: 30 calendar days", at_most=30),
}


def term(platform: str) -> Term:
    """Return what counts for a platform, by its folder's name."""
    return TERMS.get(platform, OURS)


def kept(platform: str, days: int | None = None, *, for_ever: bool = False) -> timedelta | None:
    """Return for how long something of a platform's is kept, none for ever: as long as is wanted, and never longer than
    the platform allows; `days` is none where nothing is said."""
    own = term(platform)
    if for_ever:
        return None if own.at_most is None else timedelta(days=own.at_most)
    wanted = own.days if days is None else days
    return timedelta(days=wanted if own.at_most is None else min(wanted, own.at_most))
