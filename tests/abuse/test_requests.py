"""Requests that no platform would make: paths, headers, lies about base64, thousands of wrong signatures, replays."""

from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from unittest.mock import Mock
from urllib.parse import quote

import orjson
import pytest

from shared import aws
from shared.errors import UnknownPlatform
from shared.platforms import load
from tests.abuse.caller import CANARY, Caller
from tests.conftest import NOW
from tests.contract.platforms import PLATFORMS, Sender

pytestmark = pytest.mark.parametrize("platform", PLATFORMS, ids=lambda found: found.name)

WRONG_SIGNATURES = 10_000
"""Over all platforms."""


def look_alike(name: str) -> str:
    """Return a name that looks the same to people: fullwidth forms of its letters."""
    return "".join(chr(ord(letter) + 0xFEE0) if letter.isalnum() else letter for letter in name)


def tricks(name: str) -> list[str]:
    """Return texts that a careless reader could take for a name in a path."""
    return [
        *("", ".", "..", "%2e%2e", "%2E", "%252e%252e%252f", "%00", "*", "~", "-", "__init__", "__pycache__", "null"),
        *(f"{name}{end}" for end in ("%00", "\0", "%20", " ", ".", "/", "%2f", "%5c", ";x=1", "%0a", "%0d%0aX-Y:1")),
        *(f"{start}{name}" for start in ("%00", "./", "../", "..%2f", "%2e%2e%2f", "/", "%2f", ".", "shared.")),
        *(f"x/../{name}", f"{name}/..", f"{name}/../{name}", f"x%2f..%2f{name}", f"..\\{name}", f"file:///{name}"),
        *(name.upper(), name.title(), look_alike(name), quote(look_alike(name))),
        *(f"{name}\u200b", f"{name}\u0301", f"\ufeff{name}", f"{name}::", f"{name}:{name}"),
        *("%ff%fe", "%c0%ae%c0%ae", "%ed%a0%80", "\u202e" + name[::-1], "${jndi:ldap://x}", "{{7*7}}", "%s%n"),
        *("a" * 300, "a" * 10_000, "/" * 5000, "../" * 3000 + name, quote("ñ") * 1000),
    ]  # fmt: skip


def test_no_trick_in_a_path_finds_a_door(caller: Caller, platform: Sender) -> None:
    given = platform.sign(platform.sample("text"))
    account = platform.sender.ACCOUNT
    paths = [
        *(f"/webhooks/{trick}/{account}" for trick in tricks(platform.name) if trick != platform.name),
        *(f"/webhooks/{platform.name}/{trick}" for trick in tricks(account) if trick != account),
        *(f"{platform.path}{end}" for end in ("/", "//", "/x", "%2f", "?x", "%3f", "#", "%23", ".json")),
        *("", "/", "//", "/webhooks", "/webhooks/", f"/WEBHOOKS/{platform.name}/{account}", f"/{platform.path}", "*"),
        *("/openapi.json", "/docs", "/redoc", "/.env", f"/$default{platform.path}", f"http://door{platform.path}"),
    ]  # fmt: skip
    statuses = {path: caller.send(path, given.headers, given.body) for path in paths}
    assert {path: status for path, status in statuses.items() if status != 404} == {}
    assert caller.kept() == []
    assert caller.is_served(platform)


def test_no_trick_is_a_platform_s_name(platform: Sender) -> None:
    for trick in set(tricks(platform.name)) - {platform.name}:
        with pytest.raises(UnknownPlatform):
            load(trick)


@pytest.mark.parametrize(
    "method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "post", "BREW", ""]
)
def test_only_get_and_post_are_heard(caller: Caller, platform: Sender, method: str) -> None:
    given = platform.sign(platform.sample("text"))
    assert caller.send(platform.path, given.headers, given.body, method=method) in (400, 405)
    assert caller.kept() == []


def test_a_get_never_brings_a_delivery(caller: Caller, platform: Sender) -> None:
    given = platform.sign(platform.sample("text"))
    for query in ("", "a=b", "&&&", "%ff=%fe", "a=" + "b" * 8000, "&".join(f"a{number}=" for number in range(5000))):
        status = caller.send(platform.path, given.headers, given.body, method="GET", query=query)
        assert status in (400, 401), query
    assert caller.kept() == []
    assert caller.is_served(platform)


HEADERS: dict[str, dict[str, str]] = {
    "10,000 headers": {f"x-flood-{number}": CANARY for number in range(10_000)},
    "a megabyte in one": {"x-flood": CANARY * 50_000},
    "a megabyte of name": {"x-" + "a" * 1_000_000: "1"},
    "a megabyte of cookies": {"cookie": f"a={CANARY};" * 40_000},
    "names of ours": dict.fromkeys(("platform", "account", "body", "now", "__class__", "self"), CANARY),
    "other methods": {"x-http-method-override": "DELETE", "x-method-override": "GET"},
    "other paths": {"x-original-url": "/", "x-rewrite-url": "/", "x-forwarded-prefix": "/x", "x-amz-path": "/"},
    "another body": {"content-length": "1", "transfer-encoding": "chunked", "range": "bytes=0-1"},
    "another content": {"content-encoding": "gzip, br", "content-type": "multipart/form-data; boundary=" + "-" * 9000},
    "other hosts": {"host": "127.0.0.1", "x-forwarded-host": "localhost", "forwarded": "for=_x;host=y"},
    "no ASCII": {"x-ñ": "€😀", "user-agent": "\x7f\x00\r\nx: y"},
    "an upgrade": {"connection": "upgrade", "upgrade": "websocket", "http2-settings": "AAMAAABkAARAAAAAAAIAAAAA"},
}  # fmt: skip


@pytest.mark.parametrize("flood", HEADERS)
def test_headers_beside_the_proof_play_no_part(caller: Caller, platform: Sender, flood: str) -> None:
    body = platform.sample("text")
    given, forged = platform.sign(body), platform.forged(body)
    assert caller.send(platform.path, {**HEADERS[flood], **forged.headers}, forged.body) == 401
    assert caller.send(platform.path, HEADERS[flood], body) == 401
    assert caller.kept() == []
    is_another_url = platform.signs_url and "host" in HEADERS[flood]
    assert caller.send(platform.path, {**HEADERS[flood], **given.headers}, given.body) == (
        401 if is_another_url else 200
    )
    assert caller.kept() == ([] if is_another_url else [given.body])
    assert caller.is_served(platform)


@pytest.mark.parametrize("said", ["", " ", "\0", "a" * 1_000_000, "=" * 5000, "v1," * 30_000, "sha256=", "ñ€😀"])
def test_a_proof_that_is_none(caller: Caller, platform: Sender, said: str) -> None:
    given = platform.sign(platform.sample("text"))
    all_wrong = given
    for name in platform.proof_parts():
        wrong, all_wrong = (platform.with_proof(each, name, said) for each in (given, all_wrong))
        assert caller.send(platform.path, wrong.headers, wrong.body) == 401, name
    assert caller.send(platform.path, all_wrong.headers, all_wrong.body) == 401
    assert caller.kept() == []


def test_wrong_signatures_by_the_thousand_cost_us_no_secret(
    caller: Caller, platform: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = Mock(wraps=aws.client("secretsmanager").get_secret_value)
    monkeypatch.setattr(aws.client("secretsmanager"), "get_secret_value", fetched)
    body = orjson.loads(platform.sample("text"))
    statuses: Counter[int] = Counter()
    for number in range(WRONG_SIGNATURES // len(PLATFORMS)):
        statuses[caller.forge(platform, orjson.dumps(body | {"n": number}))] += 1
    assert statuses == {401: WRONG_SIGNATURES // len(PLATFORMS)}
    assert fetched.call_count <= 2, "a wrong signature makes us look for a new secret at most once a minute"
    assert caller.kept() == []
    assert len(caller.notes) <= 1, "and is noted as often"
    assert caller.is_served(platform)


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(days=1), timedelta(days=400)])
def test_an_old_delivery_again(
    caller: Caller, platform: Sender, door_app: ModuleType, monkeypatch: pytest.MonkeyPatch, age: timedelta
) -> None:
    """Where a time is signed, a replay is refused; elsewhere the journal's keys make it a mere repetition."""

    def at(now: datetime) -> None:
        monkeypatch.setattr(door_app, "_door", replace(door_app._door, now=lambda: now))

    given = platform.sign(platform.sample("text"))
    assert caller.send(platform.path, given.headers, given.body) == 200
    at(NOW + age)
    replayed = [caller.send(platform.path, given.headers, given.body) for _ in range(3)]
    is_stale = platform.sender.SIGNS_TIME and age > platform.tolerance
    assert replayed == [401 if is_stale else 200] * 3
    assert (len(caller.door.kept()), caller.door.repetitions()) == (1, 0 if is_stale else 3)
    assert caller.kept() == [given.body]


def test_what_was_signed_for_one_platform_opens_no_other(caller: Caller, platform: Sender) -> None:
    given = platform.sign(platform.sample("text"))
    for other in PLATFORMS:
        if other is not platform:
            forged = other.forged(given.body)
            assert caller.send(other.path, given.headers, given.body) == 401
            assert caller.send(other.path, {**given.headers, **forged.headers}, forged.body) == 401
    assert caller.kept() == []


def test_text_that_says_it_is_base64_and_base64_that_does_not(caller: Caller, platform: Sender) -> None:
    given, empty = platform.sign(platform.sample("text")), platform.sign(b"")
    armoured = b64encode(given.body).decode()
    is_signed = platform.signs_bodies()
    assert caller.send(platform.path, given.headers, armoured, says_base64=False) == (401 if is_signed else 200)
    assert caller.kept() == ([] if is_signed else [armoured.encode()])
    again = platform.sign(armoured.encode())
    assert caller.send(platform.path, again.headers, again.body.decode(), says_base64=False) == 200
    assert caller.kept() == [again.body]
    assert caller.send(platform.path, empty.headers, empty.body or None, says_base64=True) == 200
    assert caller.kept() == [empty.body]
    assert caller.is_served(platform)


@pytest.mark.parametrize("body", ["abc", "abcde", '{"a": 1}', "ñ"])
def test_what_is_no_base64_and_says_so_is_malformed(caller: Caller, platform: Sender, body: str) -> None:
    assert caller.send(platform.path, platform.sign(body.encode()).headers, body, says_base64=True) == 400
    assert caller.kept() == []
    assert caller.is_served(platform)


@pytest.mark.parametrize(
    "headers",
    [{"host": "a:b"}, {"host": "a:b:c"}, {"host": "[::1]:443"}, {"x-forwarded-port": "abc"}, {"x-a": "\ud800"}],
)
def test_headers_that_no_gateway_passes_on_are_malformed(
    caller: Caller, platform: Sender, headers: dict[str, str]
) -> None:
    given = platform.sign(platform.sample("text"))
    assert caller.send(platform.path, {**given.headers, **headers}, given.body) == 400
    assert caller.kept() == []
    assert caller.is_served(platform)
