import pytest

from services.customer360.access import Access
from services.customer360.asked import Contact, CustomerQuery, LookupQuery, PreviewQuery
from services.customer360.contract import PARTS
from shared.errors import Forbidden, InvalidParameter
from shared.ids import customer_id
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("asked", "way"),
    [
        ({"identity": "telegram:tienda_bot:5150001"}, "telegram:tienda_bot:5150001"),
        ({"identity": "whatsapp:123:ES.Ab1"}, "whatsapp:123:ES.Ab1"),
        ({"phone": "+34 600 111 222"}, Contact("phone", "+34600111222")),
        ({"phone": " 34600111222"}, Contact("phone", "+34600111222")),
        ({"email": " Ana.Torres@Example.COM "}, Contact("email", "ana.torres@example.com")),
        ({"handle": "@AnaTorres", "platform": "telegram"}, Contact("handle", "telegram:anatorres")),
        ({"handle": "ana:torres", "platform": "x"}, Contact("handle", "x:ana:torres")),
        ({"phone": "+5511 8765-4321"}, Contact("phone", "+5511987654321")),
        ({"phone": "5491123456789"}, Contact("phone", "+541123456789")),
        ({"phone": "+52 1 55 1234 5678"}, Contact("phone", "+525512345678")),
        ({"customer_number": " tp-00 17 "}, Contact("customer_number", "TP-0017")),
        ({"handle": "ÁNA", "platform": "instagram"}, Contact("handle", "instagram:ána")),
    ],
)
def test_exactly_one_way_leads_to_somebody(asked: dict[str, str], way: str | Contact) -> None:
    assert LookupQuery(**asked).way() == way


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "identity"),
        ({"platform": "x"}, "identity"),
        ({"identity": "a:b:c", "phone": "+34600111222"}, "phone"),
        ({"phone": "+34600111222", "email": "ana@example.com"}, "email"),
        ({"email": "ana@example.com", "handle": "ana", "platform": "x"}, "handle"),
        ({"handle": "ana"}, "platform"),
        ({"identity": "a:b:c", "platform": "x"}, "platform"),
        ({"phone": "+34600111222", "platform": "x"}, "platform"),
        ({"phone": "call me"}, "phone"),
        ({"phone": "600 11"}, "phone"),
        ({"phone": "+"}, "phone"),
        ({"phone": "\u0660"}, "phone"),
        ({"phone": "9" * 500}, "phone"),
        ({"email": "ana"}, "email"),
        ({"email": "@example.com"}, "email"),
        ({"email": "ana@"}, "email"),
        ({"handle": "@", "platform": "x"}, "handle"),
        ({"handle": " ", "platform": "x"}, "handle"),
        ({"customer_number": " "}, "customer_number"),
        ({"customer_number": "7", "email": "ana@example.com"}, "customer_number"),
    ],
)
def test_anything_else_names_the_field_and_not_its_value(asked: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        LookupQuery(**asked).way()
    assert refused.value.field == field
    assert not any(value in str(refused.value) for value in asked.values() if len(value) > 3)


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        (None, PARTS),
        ("next", ("next",)),
        ("next,contacts", ("contacts", "next")),
        (" next , next,  contacts", ("contacts", "next")),
    ],
)
def test_fields_choose_parts_in_the_answer_s_order(fields: str | None, parts: tuple[str, ...]) -> None:
    assert CustomerQuery(fields=fields).parts(Access()) == parts


@pytest.mark.parametrize("fields", ["nxt", "next,", ",", "id", "Next", "next;contacts", "customers.next", "timeline"])
def test_a_part_that_there_is_not_is_refused_with_those_that_there_are(fields: str) -> None:
    with pytest.raises(InvalidParameter, match="conversations_omitted") as refused:
        CustomerQuery(fields=fields).parts(Access())
    assert refused.value.field == "fields"


def test_purposes_leave_parts_out_and_refuse_those_that_are_asked_for() -> None:
    access = Access(parts=frozenset({"next", "contacts", "timeline"}))
    assert CustomerQuery().parts(access) == ("contacts", "next")
    assert CustomerQuery(fields="next").parts(access) == ("next",)
    with pytest.raises(Forbidden, match="notes"):
        CustomerQuery(fields="next,notes").parts(access)


@pytest.mark.parametrize(
    "as_of", ["yesterday", "2026-11-20", "2026-11-20T08:00", "1999-01-01T00:00Z", "2026-11-22T12:00:00.000001Z", "7"]
)
def test_an_instant_that_cannot_have_been_is_refused(as_of: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        CustomerQuery(as_of=as_of).instant(NOW)
    assert refused.value.field == "as_of"


def test_an_instant_may_be_now_or_in_any_zone() -> None:
    assert CustomerQuery().instant(NOW) is None
    assert CustomerQuery(as_of="2026-11-22T13:00:00+01:00").instant(NOW) == NOW


def test_a_preview_is_with_exactly_one_other() -> None:
    assert PreviewQuery(identity="x:1:2").other() == ("identity", customer_id("x:1:2"))
    assert PreviewQuery(customer=customer_id("x:1:2")).other() == ("customer", customer_id("x:1:2"))
    for asked in ({}, {"identity": "x:1:2", "customer": customer_id("x:1:2")}):
        with pytest.raises(InvalidParameter) as refused:
            PreviewQuery(**asked).other()
        assert refused.value.field == "identity"
