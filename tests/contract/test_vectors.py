"""The published signature vectors: each is judged by whoever takes such requests, and comes to the expected verdict."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest

from shared.connectors.slack import signature as slack
from shared.connectors.zendesk import signature as zendesk_tickets
from shared.errors import ConfigurationError, MalformedRequest, SignatureError, UnknownPlatform
from shared.models import Handshake, Request
from shared.platforms import Verify, load
from tests import corpus
from tests.conftest import NOW
from tests.contract.platforms import EVERY, Sender

pytestmark = pytest.mark.skipif(not corpus.VECTORS.exists(), reason=corpus.ABSENT)

CONNECTORS: dict[str, Verify] = {"slack": slack.verify, "zendesk": zendesk_tickets.verify}
"""Tools whose requests are taken by the connectors, besides or instead of a platform."""

DECIDED = {
    "meta-pywa-uppercase-hex": "invalid",
    "x-crc-response-blank": 400,
    "x-crc-oracle-attack": 400,
    "linkedin-challenge-oracle": 400,
}
"""What the vectors leave to whoever reads them, or say in words."""

QUERY_SIGNED = "CRC GET"
"""How the scheme begins of a GET that is signed itself: over its query."""


def vectors() -> list[Any]:
    found: list[Any] = orjson.loads(corpus.VECTORS.read_bytes())["vectors"] if corpus.VECTORS.exists() else []
    return found


def verifies(vector: Any) -> list[Verify]:
    """Return all code of ours that takes such a request; none where nothing does."""
    found = [CONNECTORS[vector["platform"]]] if vector["platform"] in CONNECTORS else []
    try:
        return [load(vector["platform"]).verify, *found]
    except UnknownPlatform:
        return found


def request(vector: Any, *, more: bytes = b"") -> Request:
    """Return a vector as the request it stands for; `more` is what somebody has put behind its body."""
    url = vector.get("url") or "https://door.example/webhooks/vector/account"
    if vector["scheme"].startswith(QUERY_SIGNED):
        return Request("GET", f"{url}?{vector['body']}", vector["headers"], {}, b"")
    body = (urlencode(vector["params"], doseq=True) if vector["body"] is None else vector["body"]).encode()
    return Request("POST", url, vector["headers"], {}, body + more)


def at(vector: Any) -> datetime:
    """Return the clock of a vector; one that names none, and has an instant, is judged at that instant."""
    signed = vector["headers"].get("X-Zendesk-Webhook-Signature-Timestamp")
    named = vector.get("now") or signed
    return datetime.fromtimestamp(int(named), UTC) if named else NOW


def verdict(verify: Verify, asked: Request, secrets: Sequence[str], now: datetime) -> str:
    try:
        verify(asked, secrets, now)
    except SignatureError:
        return "invalid"
    except ConfigurationError:
        return "config-error"
    return "valid"


def answer(vector: Any) -> object:
    """Return what a handshake is answered: the JSON, or the status of the refusal."""
    query = dict(parse_qsl(vector["headers"]["query"], keep_blank_values=True))
    shake = load(vector["platform"]).handshake
    assert shake
    try:
        said = shake(Request("GET", "https://door.example/", {}, query, b""), [vector["secret"]])
    except MalformedRequest as refused:
        return refused.status
    assert isinstance(said, Handshake)
    return orjson.loads(said.body)


def found(vector: Any) -> list[object]:
    """Return each verdict on a vector: of its platform, of its connector."""
    if "query" in vector["headers"]:
        return [answer(vector)]
    return [verdict(verify, request(vector), [vector["secret"]], at(vector)) for verify in verifies(vector)]


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["id"])
def test_a_vector_has_the_expected_verdict(vector: Any) -> None:
    if not verifies(vector):
        corpus.was_not_judged(vector["id"], f"there is no {vector['platform']}")
        pytest.skip(f"nothing takes requests of {vector['platform']}")
    expected = DECIDED.get(vector["id"], vector["expected"])
    verdicts = found(vector)
    corpus.was_judged(as_expected=verdicts == [expected] * len(verdicts))
    assert verdicts == [expected] * len(verdicts)


def test_there_are_all_of_them_and_what_was_decided_is_among_them() -> None:
    assert len({vector["id"] for vector in vectors()}) == len(vectors()) == 65
    assert DECIDED.keys() <= {vector["id"] for vector in vectors()}


@pytest.mark.parametrize(
    "vector",
    [vector for vector in vectors() if vector["expected"] == "valid" and not vector["scheme"].startswith(QUERY_SIGNED)],
    ids=lambda vector: vector["id"],
)
def test_a_valid_one_proves_nothing_else(vector: Any) -> None:
    """Neither another body, nor another hour, nor another URL, where the platform signs these; all tools sign both."""
    given, secrets, now = request(vector), [vector["secret"]], at(vector)
    player = player_of(vector)
    others = (
        (request(vector, more=b" "), now, player is None or player.signs_bodies()),
        (given, now + timedelta(hours=1), player is None or player.sender.SIGNS_TIME),
        (replace(given, url=f"{given.url}x"), now, player is not None and player.signs_url),
    )
    for verify in verifies(vector):
        for other, clock, is_signed in others:
            assert verdict(verify, other, secrets, clock) == ("invalid" if is_signed else "valid")


def player_of(vector: Any) -> Sender | None:
    with suppress(UnknownPlatform):
        return next((found for found in EVERY if found.name == load(vector["platform"]).name), None)
    return None
