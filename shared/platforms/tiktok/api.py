"""TikTok's API for Business, as far as messages and comments go: who asks, and what its answers mean.

https://business-api.tiktok.com/portal/docs, whose pages are open to signed-in developers only: what is known of them is
what others write who use it (`README.md`).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from shared.ports import Answer, Call
from shared.replying import Later, Refused, Unknown

HOST = "business-api.tiktok.com"
_BASE = f"https://{HOST}/open_api/v1.3/business"
_DONE = 0


def get(path: str, token: str, **asked: str) -> Call:
    return Call("GET", f"{_BASE}{path}?{urlencode(asked)}", {"access-token": token})


def post(path: str, token: str, said: Mapping[str, Any]) -> Call:
    return Call(
        "POST", f"{_BASE}{path}", {"access-token": token, "content-type": "application/json"}, orjson.dumps(said)
    )


def data_of(answer: Answer) -> Mapping[str, Any] | None:
    """Return what an answer holds; none where it does not say that it is all right."""
    said = answer.json()
    data, code = said.get("data"), said.get("code")
    is_done = answer.status == 200 and code == _DONE and not isinstance(code, bool)
    return data if is_done and isinstance(data, dict) else None


def code_of(answer: Answer) -> int:
    """Return TikTok's code for how it went; 0 where an answer has none, too."""
    said = answer.json().get("code")
    return said if isinstance(said, int) and not isinstance(said, bool) else 0


def no_access(answer: Answer) -> str | None:
    """Return what to do about the token or what it allows; none where it is not for them that TikTok refuses."""
    return _NO_ACCESS.get(code_of(answer)) or _BY_STATUS.get(answer.status)


def failed(answer: Answer) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that something was said: TikTok answers 200 to nearly all, and its
    code tells."""
    code = code_of(answer)
    if code in _LIMITS or answer.status == 429:
        return Later()
    if 40_000 <= code < 50_000 or answer.refuses:
        sentence = _BY_CODE.get(code) or _BY_STATUS.get(answer.status) or _OTHERWISE
        return Refused(code=str(code or answer.status), sentence=sentence)
    return Unknown(sentence=f"TikTok did not say whether it has it (status {answer.status}): look in TikTok's app")


_LIMITS = frozenset({40_016, 40_100, 40_132, 40_133})
"""Too many requests: in a second or a minute, or in a day."""

_TOKEN = (
    "TikTok does not accept the token, which is good for one day: get a new one with the account's refresh token, and "  # noqa: S105
    "publish it with `python -m infra.publish tokens` each day"
)
_MAY_NOT = (
    "TikTok does not let the app speak for this account: look at the app's permissions, and let the account consent to "
    "them again"
)
_OTHERWISE = "TikTok refused it: look at the message or the comment in TikTok's app, and answer there"

_NO_ACCESS: Mapping[int, str] = {**dict.fromkeys((40_102, 40_104, 40_105), _TOKEN), 40_001: _MAY_NOT}
_BY_CODE: Mapping[int, str] = {
    **_NO_ACCESS,
    40_002: "TikTok does not take it as it is: it may be too long, or what is answered may be gone",
    40_007: "what is answered is no longer there: answer another one, or elsewhere",
    40_064: "TikTok lets nothing more be written to this customer for now: they wrote more than 48 hours ago, or have "
    "had ten messages without an answer of theirs; wait until they write again",
}
_BY_STATUS: Mapping[int, str] = {401: _TOKEN, 403: _MAY_NOT}
"""What to do, by the codes that resellers document (https://help.sleekflow.io/en_US/tiktok-business-messaging)."""
