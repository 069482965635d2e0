"""Plays LinkedIn: an app's webhook, signed and challenged with the client secret."""

import json
from datetime import datetime
from hmac import digest

ACCOUNT = "pagina"
SECRETS = ("Current0client1secret", "Previous0client1secret")
SIGNS_TIME = False
CORPUS = ("linkedin",)

CHALLENGE = "890e4665-4dfe-4ab1-b689-ed553bceeed0"


def signature(signed: bytes, secret: str) -> str:
    return digest(secret.encode(), signed, "sha256").hex()


def sign(body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery; LinkedIn signs the body after a word of its own, and no time."""
    return {"content-type": "application/json", "x-li-signature": signature(b"hmacsha256=" + body, secret)}


def _answered(code: str, **more: str) -> tuple[dict[str, str], int, str | None]:
    answer = {"challengeCode": code, "challengeResponse": signature(code.encode(), SECRETS[0])}
    return {"challengeCode": code, **more}, 200, json.dumps(answer, separators=(",", ":"))


def _refused(**query: str) -> tuple[dict[str, str], int, str | None]:
    return query, 400, None


HANDSHAKES: tuple[tuple[dict[str, str], int, str | None], ...] = (
    _answered(CHALLENGE),
    _answered(CHALLENGE, applicationId="11"),
    _answered(CHALLENGE.upper()),
    _refused(),
    _refused(applicationId="11"),
    _refused(challengeCode=""),
    _refused(challengeCode='hmacsha256={"type":"ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS","notifications":[]}'),
    _refused(challengeCode=f"hmacsha256={CHALLENGE}"),
    _refused(challengeCode="hmacsha256="),
    _refused(challengeCode=f"{CHALLENGE}\n"),
    _refused(challengeCode=f" {CHALLENGE}"),
    _refused(challengeCode=f"{{{CHALLENGE}}}"),
    _refused(challengeCode=f"urn:uuid:{CHALLENGE}"),
    _refused(challengeCode=CHALLENGE.replace("-", "")),
    _refused(challengeCode=CHALLENGE.replace("8", "٨")),
    _refused(challengecode=CHALLENGE),
)
