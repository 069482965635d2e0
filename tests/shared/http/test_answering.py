"""Answers that are sent only to whoever does not have them yet."""

import pytest
from fastapi import Request
from pydantic import BaseModel

from shared.http.answering import unless_known, unless_unchanged


class Shown(BaseModel):
    text: str


def request(known: str | None = None) -> Request:
    headers = [] if known is None else [(b"if-none-match", known.encode())]
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def test_an_answer_is_made_only_for_whoever_has_seen_something_else() -> None:
    made = iter(["first", "second"])
    first = unless_unchanged(request(), b"a", lambda: Shown(text=next(made)), fresh_for=7)
    tag = first.headers["etag"]
    again = unless_unchanged(request(tag), b"a", lambda: Shown(text=next(made)), fresh_for=9)
    other = unless_unchanged(request(tag), b"b", lambda: Shown(text=next(made)), fresh_for=2)
    assert (first.status_code, first.body) == (200, b'{"text":"first"}')
    assert (again.status_code, again.body, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.body) == (200, b'{"text":"second"}')
    assert [answer.headers["cache-control"] for answer in (first, again, other)] == [
        f"private, max-age={seconds}" for seconds in (7, 9, 2)
    ]
    assert tag.startswith('W/"')
    assert other.headers["etag"] != tag


@pytest.mark.parametrize("written", ["{}", "{}, other", '"x", {}', "*", "{strong}"])
def test_tags_are_compared_weakly_as_they_are_for_reading(written: str) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2"""
    tag = unless_unchanged(request(), b"a", lambda: Shown(text="x"), fresh_for=1).headers["etag"]
    known = written.replace("{strong}", tag.removeprefix("W/")).replace("{}", tag)
    assert unless_unchanged(request(known), b"a", lambda: Shown(text="x"), fresh_for=1).status_code == 304


@pytest.mark.parametrize("written", ["", '"x"', 'W/"x"', "W/", "x"])
def test_another_tag_is_none_that_is_known(written: str) -> None:
    assert unless_unchanged(request(written), b"a", lambda: Shown(text="x"), fresh_for=1).status_code == 200
    assert unless_known(request(written), Shown(text="x")).status_code == 200


def test_a_whole_answer_has_a_tag_that_changes_with_the_smallest_thing() -> None:
    one, other = (unless_known(request(), Shown(text=text)) for text in ("x", "y"))
    assert one.headers["etag"] != other.headers["etag"]
    assert one.headers["cache-control"] == "private, no-cache"
    assert unless_known(request(one.headers["etag"]), Shown(text="x")).status_code == 304
