"""Stands for Bluesky, which calls nobody: what is there is asked for, and brought by `services/poller`."""

ACCOUNT = "teleprado.example"
SECRETS: tuple[str, ...] = ()
SIGNS_TIME = False
CORPUS: tuple[str, ...] = ()
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()
