"""The host of what a company runs itself: a name on the internet, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hosts import KIND, host_of
from shared.ports import Presence, Thing


def of(*things: Thing) -> str | None:
    return host_of(Presence("mastodon", "latienda", "token", things=things))


@pytest.mark.parametrize("host", ["social.example.com", "a.b.c.d.example", "xn--ao-fka.example", "foro.xn--p1ai"])
def test_a_host_is_any_name_below_a_top_level_domain(host: str) -> None:
    assert of(Thing("page", "1"), Thing(KIND, host)) == host


@pytest.mark.parametrize(
    "host",
    [
        *("", "localhost", "127.0.0.1", "10.0.0.1", "[::1]", "2130706433", "foro", "a..example", "-a.example"),
        *("foro.example:8443", "a@foro.example", "foro.example/x", "foro.example.", "Foro.example", "foro.example\n"),
        *("foro.ex4mple1", f"{'a' * 64}.example", f"{'a.' * 130}example"),
    ],
)
def test_anything_else_is_none(host: str) -> None:
    assert of(Thing(KIND, host)) is None


def test_where_none_is_named_there_is_none() -> None:
    assert of() is of(Thing("page", "social.example.com")) is None


@given(st.text(max_size=40))
def test_what_is_a_host_leads_nowhere_else(text: str) -> None:
    host = of(Thing(KIND, text))
    assert host is None or (host == text and not set(host) & set("/:@?#[]\\ \n"))
