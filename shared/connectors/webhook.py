"""Hand-offs as webhooks to an endpoint of the department's own, in the form of Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

The body is `{"type": "hand_off.offered", "timestamp": ..., "data": <the hand-off>}`, and `webhook-id` is the hand-off's
claim: every attempt has the same, and whoever receives one twice passes over it. That a hand-off is over without the
department's doing is `hand_off.withdrawn`, `hand_off.expired` or `hand_off.handed_over`, with the notice as `data`.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from shared.connectors import Given, Giving, NotGiven, Outcome, Telling, Unsure
from shared.errors import ConfigurationError
from shared.playbook.connectors import Webhook
from shared.ports import Answer, Asking, Call
from shared.proofs import keyed

TYPE = "hand_off.offered"

_REFUSALS = {
    401: "the endpoint does not accept our signature: give it the current secret",
    403: "the endpoint does not accept our signature: give it the current secret",
    404: "there is nothing at the URL: correct `url` in the playbook",
    429: "the endpoint asks us to wait",
}


def give(tool: Webhook, giving: Giving) -> Asking[Outcome]:
    """Send a hand-off to the endpoint: taken with any 2xx; with 410 it says that it wants no more."""
    claim, data = giving.hand_off.claim, giving.hand_off.model_dump(mode="json")
    return (yield from _sent(tool, giving, claim, payload(TYPE, data["offered_at"], data)))


def over(tool: Webhook, telling: Telling) -> Asking[Outcome]:
    """Tell the endpoint that a hand-off is over, as `give` sends one."""
    kind, data = telling.notice.notice, telling.notice.model_dump(mode="json")
    body = payload(f"hand_off.{kind}", data["at"], data)
    return (yield from _sent(tool, telling, f"{telling.claim}-{kind}", body))


def _sent(tool: Webhook, what: Giving | Telling, identifier: str, body: bytes) -> Asking[Outcome]:
    headers = {"content-type": "application/json", "user-agent": "Mostrador"}
    answer = yield Call("POST", tool.url, headers | signed(what, identifier, body), body)
    return _read(answer, identifier)


def payload(kind: str, timestamp: str, data: Mapping[str, Any]) -> bytes:
    """Return a body: the same at each attempt."""
    said = {"type": kind, "timestamp": timestamp, "data": data}
    return json.dumps(said, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()


def signed(sent: Giving | Telling, identifier: str, body: bytes) -> dict[str, str]:
    """Return the headers that prove a body, with a signature for each secret that is live.

    Raises `ConfigurationError` when a secret is not base64, with or without `whsec_`.
    """
    timestamp = str(int(sent.now.timestamp()))
    what = b".".join((identifier.encode(), timestamp.encode(), body))
    signatures = (b64encode(keyed(key)(what)).decode() for key in _keys(sent.signing))
    return {
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def _keys(secrets: Iterable[str]) -> Iterable[bytes]:
    for secret in secrets:
        text = secret.removeprefix("whsec_")
        try:
            yield b64decode(text + "=" * (-len(text) % 4), validate=True)
        except ValueError:
            raise ConfigurationError("a secret of a webhook is base64, best with whsec_ before it") from None


def _read(answer: Answer, claim: str) -> Outcome:
    match answer.status:
        case 0:
            return Unsure("the endpoint did not answer, or not in time")
        case status if 200 <= status < 300:
            return Given(claim)
        case 410:
            sentence = "the endpoint says that it is gone (410): take the connector out of the playbook, or correct it"
            return NotGiven(sentence, gone=True)
        case status:
            return NotGiven(_REFUSALS.get(status, f"the endpoint answered {status}"))
