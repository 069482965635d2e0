"""Who is let in by the tools' signatures: either live secret, and nothing that was changed."""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.connectors.jira import signature as jira
from shared.connectors.slack import signature as slack
from shared.connectors.zendesk import signature as zendesk
from shared.errors import ConfigurationError, SignatureError
from shared.models import Request
from tests.conftest import NOW

VERIFY: Mapping[str, Any] = {"slack": slack.verify, "zendesk": zendesk.verify}


def request(headers: Mapping[str, str], body: bytes) -> Request:
    return Request("POST", "/connectors", headers, {}, body)


def signed(tool: str, body: bytes, secret: str, at: datetime) -> dict[str, str]:
    key = secret.encode()
    match tool:
        case "slack":
            timestamp = str(int(at.timestamp()))
            digest = hmac.digest(key, b"v0:" + timestamp.encode() + b":" + body, "sha256").hex()
            return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
        case "jira":
            return {"X-Hub-Signature": f"sha256={hmac.digest(key, body, 'sha256').hex()}"}
    timestamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = b64encode(hmac.digest(key, timestamp.encode() + body, "sha256")).decode()
    return {"X-Zendesk-Webhook-Signature": digest, "X-Zendesk-Webhook-Signature-Timestamp": timestamp}


TOOLS = {**VERIFY, "jira": jira.verify}
BODY = '{"a": "ñ"}'.encode()


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("secret", ["current", "previous"])
@pytest.mark.parametrize("body", [b"", BODY, b"\xff\x00:"])
def test_either_live_secret_opens(tool: str, secret: str, body: bytes) -> None:
    TOOLS[tool](request(signed(tool, body, secret, NOW), body), ["current", "previous"], NOW)


@pytest.mark.parametrize("tool", TOOLS)
def test_what_was_changed_or_is_missing_does_not(tool: str) -> None:
    good = signed(tool, BODY, "current", NOW)
    changed = [(good, BODY + b" "), ({}, BODY), (signed(tool, BODY, "stranger", NOW), BODY)]
    changed += [
        (good | {name: value}, BODY) for name in good for value in ("", "ñ", "\ud800", good[name] + "0", "9" * 30)
    ]
    for headers, body in changed:
        with pytest.raises(SignatureError):
            TOOLS[tool](request(headers, body), ["current", "previous"], NOW)


@pytest.mark.parametrize("tool", VERIFY)
@pytest.mark.parametrize("late", [timedelta(seconds=301), timedelta(seconds=-301)])
def test_what_was_signed_long_ago_or_ahead_does_not(tool: str, late: timedelta) -> None:
    headers = signed(tool, BODY, "current", NOW - late)
    with pytest.raises(SignatureError, match="clock"):
        VERIFY[tool](request(headers, BODY), ["current"], NOW)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("secret", ["", "\0"])
def test_an_empty_secret_lets_nobody_in(tool: str, secret: str) -> None:
    with pytest.raises(ConfigurationError):
        TOOLS[tool](request(signed(tool, BODY, "", NOW), BODY), [secret], NOW)


def test_an_instant_with_a_sign_that_is_none_is_no_instant() -> None:
    stamp = {"X-Zendesk-Webhook-Signature-Timestamp": "2026-11-22\ud80012:00:00Z"}
    with pytest.raises(SignatureError):
        zendesk.verify(request(signed("zendesk", BODY, "current", NOW) | stamp, BODY), ["current"], NOW)
