"""Contact points are found however they were written, and nobody is found by what was never theirs."""

from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.contacts import canonical, found_under, indexed
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
@example("phone", "+54 11 15 2345 6789")
@example("phone", "+551187654321")
@example("email", "@a@b")
@example("email", "İ@ß")
@example("email", "Å@Å。Ω")
@example("email", "ΑΣ@ΑΣ")
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
        ("phone", "+52 1 55 1234 5678", "+5215512345678"),
        ("phone", "+52 55 1234 5678", "+525512345678"),
        ("phone", "+52 1 155 123 4567", None),
        ("phone", "+521", None),
        ("phone", "+54 11 15 2345 6789", "+5491123456789"),
        ("phone", "+54 2901 15 45 6789", "+5492901456789"),
        ("phone", "+54 9 11 2345 6789", "+5491123456789"),
        ("phone", "+54 11 2345 6789", "+541123456789"),
        ("phone", "+54 9", None),
        ("phone", "+55 (11) 8765-4321", "+551187654321"),
        ("phone", "+55 0 15 11 98765-4321", "+5511987654321"),
        ("email", "Ana.Torres@Example.COM", "ana.torres@example.com"),
        ("email", "  ana@example.com\n", "ana@example.com"),
        ("email", '"a@b"@example.com', '"a@b"@example.com'),
        ("email", "ana.t+ofertas@gmail.com", "ana.t+ofertas@gmail.com"),
        ("email", "ana@MÜNCHEN.example", "ana@xn--mnchen-3ya.example"),
        ("email", "ana@mu\u0308nchen.example", "ana@xn--mnchen-3ya.example"),
        ("email", "ana@XN--MNCHEN-3YA.example", "ana@xn--mnchen-3ya.example"),
        ("email", "ana@straße.example", "ana@xn--strae-oqa.example"),
        ("email", "ana@strasse.example", "ana@strasse.example"),
        ("email", "Große@example.com", "große@example.com"),
        ("email", "grosse@example.com", "grosse@example.com"),
        ("email", "jose\u0301@example.com", "jos\u00e9@example.com"),
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
    assert indexed(contact, identity="x:1:2") == "x:anatorres"
    assert found_under(kind="handle", value="anatorres", namespace="x") == "x:anatorres"
    assert indexed(contact, identity="telegram:1:2") == "telegram:anatorres"


SUBSCRIBERS: list[list[str]] = [
    # Brazil: mobiles of eight digits, in areas where WhatsApp writes them with the 9 and without it.
    ["+551187654321", "+5511987654321"],
    ["+554899998888", "+5548999998888"],
    ["+556261234567", "+5562961234567"],
    ["+553171234567", "+5531971234567"],
    # Brazil: landlines, which never got a 9, beside the mobile that would have their digits after it.
    ["+551132345678"],
    ["+5511932345678"],
    ["+551152345678"],
    ["+554422345678"],
    # Brazil: numbers of services, which have no area.
    ["+558001234567"],
    ["+553003123456"],
    ["+5540041234"],
    # Brazil: one digit too few.
    ["+55118765432"],
    # Argentina: areas of two, three and four digits.
    ["+541123456789", "+5491123456789"],
    ["+542234561234", "+5492234561234"],
    ["+542901456789", "+5492901456789"],
    ["+543794123456", "+5493794123456"],
    # Argentina: a free number, and one digit too many or too few after the 9.
    ["+548005551234"],
    ["+54911234567890"],
    ["+549112345678"],
    # Mexico: areas of two and three digits; the digits of one area after the 1 are those of no other number.
    ["+525512345678", "+5215512345678"],
    ["+526641234567", "+5216641234567"],
    ["+521551234567"],
    ["+5211551234567"],
    # Elsewhere the same digits mean nothing.
    ["+34911234567"],
    ["+12125551234"],
    ["+5691123456789"],
]


@pytest.mark.parametrize("spellings", SUBSCRIBERS, ids=lambda spellings: spellings[0])
def test_all_spellings_of_a_number_are_found_under_one_and_nobody_elses_are(spellings: list[str]) -> None:
    (found,) = {found_under(kind="phone", value=each) for each in spellings}
    others = {found_under(kind="phone", value=each) for other in SUBSCRIBERS if other != spellings for each in other}
    assert found not in others


@pytest.mark.parametrize("written", ["+5215512345678", "+5491123456789", "+541123456789", "+551187654321"])
def test_what_is_shown_of_a_number_is_what_the_platform_gave(written: str) -> None:
    assert canonical(kind="phone", value=written) == written


_RULES = {  # the aliases once more, by counting digits and not by patterns
    "55": lambda rest: (
        rest[:2] + "9" + rest[2:] if len(rest) == 10 and rest[2] in "6789" and "0" not in rest[:2] else rest
    ),
    "54": lambda rest: rest[1:] if len(rest) == 11 and rest[0] == "9" and rest[1] in "123" else rest,
    "52": lambda rest: rest[1:] if len(rest) == 11 and rest[0] == "1" and rest[1] not in "01" else rest,
}


@given(st.sampled_from(("55", "54", "52", "34", "1", "569")), st.text("0123456789", min_size=3, max_size=12))
def test_a_number_is_found_under_its_subscriber_and_that_under_itself(country: str, rest: str) -> None:
    found = found_under(kind="phone", value=f"+{country}{rest}")
    assert found == f"+{country}{_RULES.get(country, str)(rest)}"
    assert found_under(kind="phone", value=found) == found
    point = ContactPoint(kind="phone", value=found)
    assert indexed(point, identity="whatsapp:1:2") == found


@given(st.sampled_from(("55", "54", "52")), st.text("0123456789", min_size=9, max_size=11))
def test_what_is_found_of_a_number_is_a_number(country: str, rest: str) -> None:
    if kept := canonical(kind="phone", value=f"+{country}{rest}"):
        found = found_under(kind="phone", value=kept)
        assert canonical(kind="phone", value=found) == found


@given(strategies.contact_points)
def test_only_a_phone_has_several_spellings(point: ContactPoint) -> None:
    if point.kind != "phone":
        assert found_under(kind=point.kind, value=point.value, namespace="x").removeprefix(
            "x:"
        ) == point.value.removeprefix("x:")
