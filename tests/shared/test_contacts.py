"""Contact points are found however they were written, and nobody is found by what was never theirs."""

from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.contacts import canonical, handle_value, indexed
from shared.models import ContactPoint
from tests import strategies

type Kind = Literal["phone", "email", "handle"]

kinds: st.SearchStrategy[Kind] = st.sampled_from(("phone", "email", "handle"))
numbers = st.text("0123456789 ()-./;x#", max_size=20)


@given(kinds, strategies.texts | strategies.texts.map(lambda text: f"@{text}") | numbers.map(lambda text: f"+{text}"))
@example("handle", "@@ana")
@example("handle", "@ ana")
@example("handle", " @ @Ana ")
@example("phone", "+4400201234567")
@example("phone", "+390612345678")
@example("phone", "+5491123456789")
@example("phone", "+5215512345678")
@example("email", "@a@b")
@example("email", "İ@ß")
def test_the_canonical_form_is_its_own_canonical_form(kind: Kind, value: str) -> None:
    found = canonical(kind=kind, value=value)
    if found is not None:
        assert found
        assert canonical(kind=kind, value=found) == found


@pytest.mark.parametrize(
    ("kind", "written", "found"),
    [
        ("phone", "+34 600 12 34 56", "+34600123456"),
        ("phone", "+34-600-123-456", "+34600123456"),
        ("phone", " +34 (600) 123456 ", "+34600123456"),
        ("phone", "34600123456", None),
        ("phone", "+39 06 1234 5678", "+390612345678"),
        ("phone", "+44 (0)20 7946 0958", "+442079460958"),
        ("phone", "+34600123456 ext. 12", "+34600123456"),
        ("phone", "600123456", None),
        ("phone", "600111222", None),
        ("phone", "+600111222abc", None),
        ("phone", "+34", None),
        ("phone", "+34 12", None),
        ("phone", "+999 600123456", None),
        ("phone", "call me", None),
        ("phone", "", None),
        ("phone", "+", None),
        ("phone", "+34600123456 or +34600123457", None),
        ("email", "Ana.Torres@Example.COM", "ana.torres@example.com"),
        ("email", "  ana@example.com\n", "ana@example.com"),
        ("email", '"a@b"@example.com', '"a@b"@example.com'),
        ("email", "ana", None),
        ("email", "@example.com", None),
        ("email", "ana@", None),
        ("email", "", None),
        ("handle", "@AnaTorres", "anatorres"),
        ("handle", "AnaTorres", "anatorres"),
        ("handle", "@ana@mastodon.example", "ana@mastodon.example"),
        ("handle", "@", None),
        ("handle", " ", None),
        ("handle", "", None),
    ],
)
def test_one_form_for_each(kind: Kind, written: str, found: str | None) -> None:
    assert canonical(kind=kind, value=written) == found


@pytest.mark.parametrize(("kind", "value"), [("phone", "+34600123456"), ("email", "ana@example.com")])
def test_a_phone_and_an_address_are_the_same_everywhere(kind: Kind, value: str) -> None:
    contact = ContactPoint(kind=kind, value=value)
    assert indexed(contact, identity="whatsapp:1:2") == indexed(contact, identity="telegram:3:4") == value


def test_a_handle_is_one_only_within_its_namespace() -> None:
    contact = ContactPoint(kind="handle", value="anatorres")
    assert indexed(contact, identity="x:1:2") == handle_value(namespace="x", handle="anatorres") == "x:anatorres"
    assert indexed(contact, identity="telegram:1:2") == "telegram:anatorres"
