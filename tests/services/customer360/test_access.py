import pytest

from services.customer360.access import Access, access
from shared.errors import Forbidden, Unauthenticated


def _event(claims: object) -> dict[str, object]:
    return {"requestContext": {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}}


@pytest.mark.parametrize(
    "event",
    [
        None,
        "requestContext",
        [],
        {},
        {"requestContext": None},
        {"requestContext": {}},
        {"requestContext": {"authorizer": None}},
        {"requestContext": {"authorizer": {}}},
        {"requestContext": {"authorizer": {"iam": {"userId": "somebody"}}}},
        {"requestContext": {"authorizer": {"lambda": {"scope": "customers/read"}}}},
        {"requestContext": {"authorizer": {"claims": {"scope": "customers/read"}}}},
        {"requestContext": {"authorizer": {"jwt": None}}},
        {"requestContext": {"authorizer": {"jwt": {"scopes": ["customers/read"]}}}},
        _event(None),
        _event({}),
        _event("customers/read"),
        _event(["customers/read"]),
    ],
)
def test_without_claims_of_the_jwt_authorizer_nobody_is_let_in(event: object) -> None:
    with pytest.raises(Unauthenticated):
        access(event)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "somebody"},
        {"scope": ""},
        {"scope": "openid profile"},
        {"scope": "customers/reads"},
        {"scope": "xcustomers/read"},
        {"scope": "customers/read-nothing"},
        {"scope": "CUSTOMERS/READ"},
        {"scope": "customers / read"},
        {"scope": None},
        {"scope": {"customers/read": True}},
        {"scope": 7},
        {"scope": [["customers/read"]]},
        {"scopes": "customers/read"},
        {"Scope": "customers/read"},
        {"cognito:groups": "customers/read"},
        {"scope": "department/billing"},
    ],
)
def test_without_the_scope_nobody_is_let_in(claims: object) -> None:
    with pytest.raises(Forbidden, match="customers/read"):
        access(_event(claims))


@pytest.mark.parametrize(
    ("claims", "departments"),
    [
        ({"scope": "customers/read"}, None),
        ({"scope": "  openid\tcustomers/read\n"}, None),
        ({"scp": "customers/read"}, None),
        ({"scp": ["openid", "customers/read"]}, None),
        ({"scp": "[openid customers/read]"}, None),
        ({"scp": "[openid, customers/read]"}, None),
        ({"scope": "openid", "scp": "customers/read"}, None),
        ({"scope": "customers/read department/billing"}, {"billing"}),
        ({"scope": "department/billing customers/read department/care"}, {"billing", "care"}),
        ({"scope": "customers/read", "scp": ["department/care"]}, {"care"}),
        ({"scope": "customers/read department/"}, {""}),
        ({"scope": "customers/read department/*"}, {"*"}),
        ({"scope": "customers/read departments/billing"}, None),
    ],
)
def test_scopes_say_which_departments_are_reached(claims: object, departments: set[str] | None) -> None:
    assert access(_event(claims)) == Access(None if departments is None else frozenset(departments))


@pytest.mark.parametrize(
    ("departments", "department", "reached"),
    [
        (None, "billing", True),
        ({"billing"}, "billing", True),
        ({"billing", "care"}, "care", True),
        ({"billing"}, "care", False),
        ({""}, "billing", False),
        ({"*"}, "billing", False),
        ({"bill"}, "billing", False),
    ],
)
def test_reach(departments: set[str] | None, department: str, reached: bool) -> None:
    assert Access(None if departments is None else frozenset(departments)).reaches(department) is reached
