"""Stands for feeds, which nobody signs: what is in them is asked for, and brought by `services/poller`."""

ACCOUNT = "prensa"
SECRETS: tuple[str, ...] = ()
SIGNS_TIME = False
CORPUS: tuple[str, ...] = ()
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()
