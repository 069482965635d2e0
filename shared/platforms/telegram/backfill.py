"""Telegram has no history for bots (https://core.telegram.org/bots/faq): what it gave up, nobody can ask for."""

from datetime import datetime

from shared.ports import Asking, BackfillPort, Filling, Gap, Presence


def fill(presence: Presence, gap: Gap, now: datetime) -> Asking[Filling]:  # noqa: ARG001
    """Say that there is nothing to ask for, without a call."""
    yield from ()
    return Filling(
        (),
        complete=False,
        sentence="Telegram keeps updates for 24 hours and delivers them by itself once the webhook works again; bots "
        "cannot read the past, so what is older can only be read in Telegram's own app",
    )


PORT = BackfillPort(frozenset(), fill)
