"""Stands for a blog on WordPress, which proves nothing: its comments are asked for by `services/poller`."""

ACCOUNT = "diario"
SECRETS: tuple[str, ...] = ()
SIGNS_TIME = False
CORPUS = ("wordpress",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()
