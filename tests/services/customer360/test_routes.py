"""What a caller meets: refusals that name the field, no word about anybody in the logs, and never a broken answer."""

from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.errors import ConfigurationError
from shared.ids import customer_id
from shared.models import Author, ContactPoint
from tests.services.customer360.counter import ANA, EVERYTHING, LUIS, Counter, said
from tests.services.customer360.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable

_HERS = f"/customers/{customer_id(ANA)}"
PATHS = ["/customers/lookup", _HERS, *(f"{_HERS}/{name}" for name in ("timeline", "links", "links/preview", "audit"))]


@pytest.fixture
def rows() -> Counter:
    return Counter(Rows())


@pytest.mark.parametrize("path", [*PATHS, "/customers/nobody", "/customers/lookup?phone=1"])
@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        (None, 401, "unauthenticated"),
        ({}, 401, "unauthenticated"),
        ("customers/read", 401, "unauthenticated"),
        ({"scope": EVERYTHING["scope"]}, 401, "unauthenticated"),
        ({"sub": "marta", "scope": "openid"}, 403, "forbidden"),
        ({"sub": "marta", "scope": "department/billing"}, 403, "forbidden"),
        ({"sub": "marta", "scope": f"{EVERYTHING['scope']} department/war"}, 403, "forbidden"),
        ({"sub": "marta", "scope": f"{EVERYTHING['scope']} purpose/war"}, 403, "forbidden"),
    ],
)
def test_who_may_not_read_learns_nothing_else(rows: Counter, path: str, claims: object, status: int, code: str) -> None:
    path, _, query = path.partition("?")
    answer = rows.ask(path, query, claims=claims)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["field"] == ("scope" if status == 403 else None)
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("/customers/lookup", "", "identity"),
        ("/customers/lookup", "identity=", "identity"),
        ("/customers/lookup", "phone=&email=", "phone"),
        ("/customers/lookup", "phone=call%20me", "phone"),
        ("/customers/lookup", "email=ana", "email"),
        ("/customers/lookup", "handle=ana", "platform"),
        ("/customers/lookup", "handle=ana&platform=X", "platform"),
        ("/customers/lookup", "handle=ana&platform=x:y", "platform"),
        ("/customers/lookup", "identity=a:b:c&phone=%2B34600111222", "phone"),
        ("/customers/lookup", "phone=%2B34600111222&phone=%2B34600111223", "phone"),
        ("/customers/lookup", "identity=" + "a" * 513, "identity"),
        ("/customers/lookup", "mail=ana%40example.com", "mail"),
        ("/customers/lookup", "identity=a:b:c&ana%40example.com=1", "query"),
        ("/customers/lookup", "identity=a:b:c&limit=5", "limit"),
        ("/customers/ana", "", "id"),
        ("/customers/cus_bqs23nczpvgejugxtszi46lju0", "", "id"),
        ("/customers/cus_bqs23nczpvgejugxtszi46ljus%0A", "", "id"),
        ("/customers/ana/timeline", "", "id"),
        (PATHS[2], "limit=0", "limit"),
        (PATHS[2], "limit=101", "limit"),
        (PATHS[2], "limit=many", "limit"),
        (PATHS[2], "limit=1.5", "limit"),
        (PATHS[2], "limit=", "limit"),
        (PATHS[2], "limit=" + "9" * 5000, "limit"),
        (PATHS[2], "limit=1&limit=2", "limit"),
        (PATHS[2], "cursor=abc", "cursor"),
        (PATHS[2], "cursor=" + "a" * 2049, "cursor"),
        (PATHS[2], "channel=" + "a" * 65, "channel"),
        (PATHS[2], "page=2", "page"),
        (PATHS[2], "kind=" + "a" * 65, "kind"),
        (PATHS[2], "department=", "department"),
        (PATHS[2], "kind=note&kind=need", "kind"),
        ("/customers/lookup", "identity=a:b:c&customer_number=7", "customer_number"),
        ("/customers/lookup", "identity=a:b:c&as_of=2999-01-01T00:00Z", "as_of"),
        (PATHS[1], "fields=everything", "fields"),
        (PATHS[1], "fields=next&fields=notes", "fields"),
        (PATHS[1], "as_of=yesterday", "as_of"),
        (PATHS[1], "why=" + "a" * 501, "why"),
        (PATHS[1], "limit=2", "limit"),
        (PATHS[3], "limit=2", "limit"),
        (PATHS[4], "", "identity"),
        (PATHS[4], f"customer={customer_id(ANA)}&identity=a:b:c", "identity"),
        (PATHS[4], "customer=ana", "customer"),
        (PATHS[5], "kind=glance", "kind"),
        (PATHS[5], "cursor=abc", "cursor"),
    ],
)
def test_what_cannot_be_read_is_422_and_names_the_field(rows: Counter, path: str, query: str, field: str) -> None:
    answer = rows.ask(path, query)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "invalid_parameter", field)
    assert answer.json["detail"].startswith(f"{field}: ")
    assert len(answer.json["detail"]) > len(field) + 10


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", PATHS)
def test_the_paths_can_only_be_read(rows: Counter, path: str, method: str) -> None:
    answer = rows.ask(path, method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize(
    "path",
    ["/", "/customers", "/customers/", "/customers/lookup/", "/openapi.json", "/docs", "/redoc", "//customers/lookup"],
)
def test_there_is_no_other_path(rows: Counter, path: str) -> None:
    answer = rows.ask(path)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "query", "claims"),
    [
        (PATHS[0], f"identity={ANA}", EVERYTHING),
        (PATHS[0], "", EVERYTHING),
        (PATHS[1], "", EVERYTHING),
        (PATHS[1], "", None),
        (f"/customers/{customer_id(LUIS)}", "", EVERYTHING),
        ("/nowhere", "", EVERYTHING),
    ],
)
def test_no_refusal_is_kept_by_a_cache(rows: Counter, path: str, query: str, claims: object) -> None:
    rows.keep(said("1"))
    assert rows.ask(path, query, claims=claims).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", PATHS)
def test_an_answer_is_kept_by_the_caller_s_own_cache_alone_and_asked_for_again(path: str, counter: Counter) -> None:
    counter.hear(said("1"), said("1", who=LUIS))
    query = f"identity={LUIS}" if path in (PATHS[0], PATHS[4]) else ""
    answer = counter.ask(path, query)
    assert answer.status == 200
    if path == PATHS[5]:
        assert answer.headers["cache-control"] == "no-store", "looking at it changes it"
        return
    assert (answer.headers["cache-control"], answer.headers["vary"]) == ("private, no-cache", "Authorization")
    for number, asked in enumerate(
        (answer.headers["etag"], f"W/{answer.headers['etag']}", f'"x", {answer.headers["etag"]}', "*")
    ):
        again = counter.ask(path, query, headers={"if-none-match": asked}, request=f"again-{number}")
        assert (again.status, again.text, again.headers["etag"]) == (304, "", answer.headers["etag"])
    counter.hear(*(said("2", "Hola otra vez", thread="new", who=who) for who in (ANA, LUIS)))
    other = counter.ask(path, query, headers={"if-none-match": answer.headers["etag"]}, request="later")
    assert other.status == (304 if path == PATHS[3] else 200)


def test_refusals_are_problem_documents(rows: Counter) -> None:
    for answer in (rows.ask("/customers/lookup"), rows.ask("/nowhere"), rows.ask(PATHS[1], claims=None)):
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json) == {"status", "code", "detail", "field"}
        assert answer.json["status"] == answer.status


def _failing(error: Exception) -> "Callable[..., Any]":
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    return fail


CANARY = "canario-7d1f"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException", "Message": CANARY}}, "Query"), 503, "store_unavailable"),
        (EndpointConnectionError(endpoint_url=f"https://{CANARY}"), 503, "store_unavailable"),
        (ValueError(CANARY), 500, "internal"),
        (ConfigurationError("a setting is wrong"), 500, "internal"),
        (RecursionError(CANARY), 500, "internal"),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_when_the_table_fails_nothing_leaks(
    rows: Counter,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
    path: str,
) -> None:
    monkeypatch.setattr(Rows, "query", _failing(error))
    answer = rows.ask(path, f"identity={LUIS}" if path in (PATHS[0], PATHS[4]) else "")
    assert (answer.status, answer.json["code"]) == (status, code)
    assert (answer.headers.get("retry-after") is not None) is (status == 503)
    assert type(error).__name__ in _logged(caplog)
    assert CANARY not in answer.text + _logged(caplog)


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged, with every field; Mangum's own lines are silenced where the service is wired."""
    return "\n".join(
        f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name[:6] != "mangum"
    )


def test_no_word_about_anybody_is_logged(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    canaries = {name: f"{name}{CANARY}" for name in ("text", "name", "handle", "thread", "id")}
    author = Author(
        name=canaries["name"],
        handle=canaries["handle"],
        contacts=(
            ContactPoint(kind="phone", value="+34600777888"),
            ContactPoint(kind="email", value=f"a@{CANARY}.com"),
        ),
    )
    counter.hear(said(canaries["id"], canaries["text"], author=author, thread=canaries["thread"]))
    person = customer_id(ANA)
    asked = [
        ("/customers/lookup", f"identity={ANA}"),
        ("/customers/lookup", f"identity={CANARY}"),
        ("/customers/lookup", "phone=%2B34600777888"),
        ("/customers/lookup", f"email=a%40{CANARY}.com"),
        ("/customers/lookup", f"handle={canaries['handle']}&platform=telegram"),
        ("/customers/lookup", f"email={CANARY}&{CANARY}=1"),
        ("/customers/lookup", f"customer_number={CANARY}"),
        (f"/customers/{person}", f"why={CANARY}"),
        (f"/customers/{person}", f"fields={CANARY}"),
        (f"/customers/{person}/links", ""),
        (f"/customers/{person}/links/preview", f"identity={CANARY}"),
        (f"/customers/{person}/audit", ""),
        (f"/customers/{person}/timeline", f"channel={CANARY}"),
        (f"/customers/{person}/timeline", f"cursor={CANARY}"),
        (f"/customers/{CANARY}", ""),
        (f"/{CANARY}", ""),
    ]
    statuses = [counter.ask(path, query, request=str(n)).status for n, (path, query) in enumerate(asked)]
    assert statuses == [200, 404, 200, 200, 200, 422, 404, 200, 422, 200, 422, 200, 200, 422, 422, 404]
    logged = _logged(caplog)
    assert len(logged.splitlines()) == len(asked), "one line for each outcome"
    for personal in (CANARY, "600777888", ANA, "5150001", person):
        assert personal not in logged


_NAMES = st.sampled_from(
    [
        "identity",
        "phone",
        "email",
        "handle",
        "platform",
        "cursor",
        "limit",
        "channel",
        "fields",
        "as_of",
        "why",
        "",
        "x",
    ]
)
_VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from([ANA, "+34600111222", "ana@example.com", "@ana", "x", "20", "-1", "null", "[]", "%00", "\x00"]),
    st.from_regex(r"[a-z]+:[0-9]+:[A-Za-z0-9.]+", fullmatch=True),
)
_QUERIES = st.one_of(
    st.lists(st.tuples(_NAMES, _VALUES), max_size=4).map(
        lambda pairs: "&".join(f"{name}={quote(value, errors='replace')}" for name, value in pairs)
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    st.text(max_size=40),
    st.lists(st.binary(max_size=8).map(quote), max_size=4).map("=".join),
)
_PATHS = st.one_of(
    st.sampled_from(PATHS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda name: f"/customers/{name}"),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(lambda name: f"/customers/{name}/timeline"),
    st.sampled_from(PATHS).map(lambda path: f"{path}/links"),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)

_requests = map(str, count())
_known = Counter(Rows())
_known.hear(said("1", "Hola"))


@settings(max_examples=600, deadline=None)
@given(path=_PATHS, query=_QUERIES)
@example(path="/customers/lookup", query=f"identity={ANA}").via("somebody who is known")
@example(path="/customers/lookup", query="identity=%ff%fe").via("bytes that are no UTF-8")
@example(path="/customers/lookup", query="identity=%ed%a0%80").via("a surrogate")
@example(path="/customers/%ff", query="").via("bytes that are no UTF-8")
def test_no_input_breaks_an_answer(path: str, query: str) -> None:
    answer = _known.ask(path, query, request=next(_requests))
    assert answer.status in (200, 404, 422)
    if answer.status != 200:
        assert set(answer.json) == {"status", "code", "detail", "field"}
