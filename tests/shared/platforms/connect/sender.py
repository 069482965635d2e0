"""Plays Amazon Connect, which signs nothing: what it tells is brought by EventBridge and Kinesis (`services/calls`)."""

ACCOUNT = "4b1f7a52-0c3d-4e8f-9a61-2d7c5e90b318"
"""The id of an instance, which ends its ARN."""

SECRETS: tuple[str, ...] = ()
SIGNS_TIME = False
CORPUS = ("connect",)
HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = ()
