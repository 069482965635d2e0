import pytest

from services.customer360.access import Access, access
from shared.errors import Forbidden, Unauthenticated


def _event(claims: object) -> dict[str, object]:
    return {"requestContext": {"authorizer": {"jwt": {"claims": claims, "scopes": None}}}}


@pytest.mark.parametrize("scope", ["", "openid", "customers/reads", "operations/read", "department/billing"])
def test_without_the_scope_nobody_is_let_in(scope: str) -> None:
    with pytest.raises(Forbidden, match="customers/read"):
        access(_event({"sub": "somebody", "scope": scope}))


def test_without_claims_nobody_is_let_in() -> None:
    with pytest.raises(Unauthenticated):
        access(_event({}))


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
