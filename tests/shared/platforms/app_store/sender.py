"""Stands for the App Store, which calls nobody: its reviews are asked for, and brought by `services/poller`."""

ACCOUNT = "apple"
SECRETS: tuple[str, ...] = ()
SIGNS_TIME = False
CORPUS: tuple[str, ...] = ()
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()
