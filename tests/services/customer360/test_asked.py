import pytest

from services.customer360.asked import Contact, LookupQuery
from shared.errors import InvalidParameter


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
    ],
)
def test_anything_else_names_the_field_and_not_its_value(asked: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        LookupQuery(**asked).way()
    assert refused.value.field == field
    assert not any(value in str(refused.value) for value in asked.values() if len(value) > 3)
