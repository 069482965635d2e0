"""A body is a flat JSON object of what is asked for, and nothing else; and every write has a key."""

import asyncio
from typing import Annotated, Any, Literal

import orjson
import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from shared.errors import ContentTooLarge, InvalidParameter, MalformedRequest, UnsupportedMediaType
from shared.http.writing import KEY, MOST_BYTES, Body, described, idempotency_key, parse, reader

JSON = "application/json"


class Asked(Body):
    """A body with every kind of field."""

    text: Annotated[str, Field(min_length=1, max_length=40_000)]
    sure: Annotated[bool, Field(strict=True)] = False
    kind: Literal["a", "b"] = "a"
    other: str | None = Field(None, alias="from")


def read(body: bytes, content_type: str = JSON) -> Asked:
    return parse(Asked, body, content_type=content_type)


@pytest.mark.parametrize("content_type", [JSON, "Application/JSON", "application/json; charset=utf-8"])
def test_a_body_is_read(content_type: str) -> None:
    found = read('{"text": "  ñ😀 \\n ", "sure": true, "from": "x"}'.encode(), content_type)
    assert (found.text, found.sure, found.kind, found.other) == ("ñ😀", True, "a", "x")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/jsonp", "application/x-www-form-urlencoded", "json"]
)
def test_what_is_no_json_by_its_own_account_is_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(b'{"text": "x"}', content_type)


def test_what_is_too_long_is_refused_before_it_is_read() -> None:
    fits = b'{"text": "x"}'.ljust(MOST_BYTES)
    assert read(fits).text == "x"
    with pytest.raises(ContentTooLarge, match="65536"):
        read(fits + b" ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"text=x",
        b'{"text": NaN}',
        b'{"text": Infinity}',
        b'{"text": "\xff"}',
        b'{"text": "\xed\xa0\x80"}',
        rb'{"text": "\ud83d"}',
        b'{"text": "a\x00b"}',
        b'{"text": "x"} {}',
        b'\xef\xbb\xbf{"text": "x"}',
        '{"text": "x"}'.encode("utf-16"),
        b"[" * 60_000,
        b"[]",
        b"null",
        b'"text"',
        b"7",
        b"9" * 5000,
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        read(body)


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        (b"{}", "text", "is missing"),
        (b'{"text": null}', "text", "must be text"),
        (b'{"text": 7}', "text", "must be text"),
        (b'{"text": ["x"]}', "text", "must be text"),
        (b'{"text": {"text": "x"}}', "text", "must be text"),
        (b'{"text": ""}', "text", "is empty"),
        (b'{"text": " \\u00a0 "}', "text", "is empty"),
        (b'{"text": "x", "sure": "true"}', "sure", "must be true or false"),
        (b'{"text": "x", "sure": 1}', "sure", "must be true or false"),
        (b'{"text": "x", "kind": "c"}', "kind", "must be 'a' or 'b'"),
        (b'{"text": "x", "txet": "y"}', "txet", "no parameter here"),
        (b'{"text": "x", "other": "y"}', "other", "no parameter here"),
        (b'{"text": "x", "ana@example.com": "y"}', "body", "no parameter here"),
        (b'{"text": "x", "text": "y"}', "text", "more than once"),
        (b'{"text": "x", "te\\u0078t": "y"}', "text", "more than once"),
        (b'{"sure": true, "text": "a\\" :", "sure"\n :true}', "sure", "more than once"),
    ],
)
def test_a_field_at_fault_is_named_and_its_value_is_not(body: bytes, field: str, told: str) -> None:
    with pytest.raises(InvalidParameter, match=told) as refused:
        read(body)
    assert refused.value.field == field


@given(st.dictionaries(st.sampled_from(["text", "from"]), st.text(min_size=1).filter(str.strip)), st.data())
def test_names_in_texts_are_no_names(values: dict[str, str], data: st.DataObject) -> None:
    values["text"] = data.draw(st.sampled_from(['"text":', '\\"from": "', '{"text": "text" : }', '","text":"']))
    found = read(orjson.dumps(values))
    assert found.text == values["text"].strip()


def request(headers: dict[str, str], body: bytes = b"") -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "method": "POST"}, receive)


@pytest.mark.parametrize("key", ["x", "8e03978e-40d5-43e8-bc93-6894a57f9324", '"quoted"', "~" * 128, "!"])
def test_a_key_is_taken_as_it_stands(key: str) -> None:
    assert idempotency_key(request({"idempotency-key": key})) == key


@pytest.mark.parametrize("key", [None, "", "~" * 129, "a b", "a\tb", "ñ", "\x7f", "\x00"])
def test_without_a_key_nothing_is_written(key: str | None) -> None:
    with pytest.raises(MalformedRequest, match=KEY) as refused:
        idempotency_key(request({} if key is None else {"idempotency-key": key}))
    assert refused.value.field == KEY


async def _read(body: bytes) -> Asked:
    return await reader(Asked)(request({"content-type": JSON}, body))


def test_a_request_s_body_is_read() -> None:
    assert asyncio.run(_read(b'{"text": "x"}')).text == "x"


def test_the_description_has_the_body_and_the_key() -> None:
    found = described(Asked)
    assert found["parameters"][0]["name"] == KEY
    assert found["parameters"][0]["required"] is True
    schema = found["requestBody"]["content"][JSON]["schema"]
    assert set(schema["properties"]) == {"text", "sure", "kind", "from"}
    assert schema["additionalProperties"] is False
