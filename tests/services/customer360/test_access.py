import re

import pytest

from services.customer360.access import AUDIT, LINK, READ, Access, Caller, caller
from shared.errors import ConfigurationError, Forbidden, Unauthenticated
from shared.playbook import Playbook
from tests.services.customer360.counter import PLAYBOOK


def _event(claims: object) -> dict[str, object]:
    authorizer = {"jwt": {"claims": claims, "scopes": None}}
    return {"requestContext": {"requestId": "r-1", "authorizer": authorizer}}


def _caller(claims: object, needed: str = READ) -> Caller:
    return caller(_event(claims), needed=needed, playbook=lambda: PLAYBOOK)


def _no_playbook() -> Playbook:
    raise ConfigurationError("no playbook is published; publish one")


@pytest.mark.parametrize("needed", [READ, LINK, AUDIT])
@pytest.mark.parametrize("scope", ["", "openid", "customers/reads", "operations/read", "department/billing"])
def test_without_the_scope_nobody_is_let_in(needed: str, scope: str) -> None:
    with pytest.raises(Forbidden, match=needed):
        _caller({"sub": "somebody", "scope": scope}, needed)


@pytest.mark.parametrize(("held", "needed"), [(READ, LINK), (READ, AUDIT), (LINK, READ), (AUDIT, READ)])
def test_one_scope_is_not_another(held: str, needed: str) -> None:
    assert _caller({"sub": "somebody", "scope": held}, held).subject == "somebody"
    with pytest.raises(Forbidden, match=needed):
        _caller({"sub": "somebody", "scope": held}, needed)


@pytest.mark.parametrize("claims", [{}, {"scope": READ}, {"sub": " ", "scope": READ}, {"sub": 7, "scope": READ}])
def test_nobody_looks_without_a_name(claims: object) -> None:
    with pytest.raises(Unauthenticated):
        _caller(claims)


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
        ({"scope": "customers/read departments/billing"}, None),
    ],
)
def test_scopes_say_which_departments_are_reached(claims: dict[str, object], departments: set[str] | None) -> None:
    found = _caller({"client_id": "crm", **claims})
    assert found == Caller("crm", Access(frozenset(departments) if departments else None), (), "r-1")


@pytest.mark.parametrize(
    ("scope", "parts"),
    [
        ("purpose/delivery", {"contacts", "conversations", "commitments"}),
        ("purpose/campaign", {"needs", "consents"}),
        ("purpose/campaign purpose/delivery", {"contacts", "conversations", "commitments", "needs", "consents"}),
    ],
)
def test_purposes_say_which_parts_are_shown_and_add_up(scope: str, parts: set[str]) -> None:
    found = _caller({"sub": "carla", "scope": f"customers/read {scope}"})
    assert found.access == Access(None, frozenset(parts))
    assert found.purposes == tuple(sorted(each.removeprefix("purpose/") for each in scope.split()))


@pytest.mark.parametrize("scope", ["department/", "department/*", "department/bill", "purpose/", "purpose/war"])
def test_a_scope_that_names_nothing_of_the_playbook_is_refused_and_says_so(scope: str) -> None:
    kind = scope.partition("/")[0]
    with pytest.raises(Forbidden, match=rf"{re.escape(scope)} names no {kind}"):
        _caller({"sub": "carla", "scope": f"customers/read department/care {scope}"})


def test_a_token_without_limits_needs_no_playbook() -> None:
    event = _event({"sub": "marta", "scope": READ})
    assert caller(event, needed=READ, playbook=_no_playbook).access == Access()
    limited = _event({"sub": "marta", "scope": f"{READ} department/care"})
    with pytest.raises(ConfigurationError):
        caller(limited, needed=READ, playbook=_no_playbook)


@pytest.mark.parametrize(
    ("departments", "department", "reached"),
    [
        (None, "billing", True),
        (None, None, True),
        ({"billing"}, "billing", True),
        ({"billing"}, None, True),
        ({"billing", "care"}, "care", True),
        ({"billing"}, "care", False),
        ({"bill"}, "billing", False),
    ],
)
def test_reach(departments: set[str] | None, department: str | None, reached: bool) -> None:
    assert Access(None if departments is None else frozenset(departments)).reaches(department) is reached
