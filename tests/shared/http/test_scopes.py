"""Whatever is unclear about a token is refused."""

import re

import pytest

from shared.errors import Forbidden, Unauthenticated
from shared.http.scopes import limits, scopes, subject
from shared.playbook import parse
from tests.template import ROOT

READ = "customers/read"


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
        scopes(event, needed=READ)


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
        scopes(_event(claims), needed=READ)


@pytest.mark.parametrize(
    ("claims", "found"),
    [
        ({"scope": "a/b"}, {"a/b"}),
        ({"scope": "  c\ta/b\n"}, {"a/b", "c"}),
        ({"scp": "a/b"}, {"a/b"}),
        ({"scp": ["c", "a/b", 7]}, {"a/b", "c"}),
        ({"scp": "[c a/b]"}, {"a/b", "c"}),
        ({"scp": "[c, a/b]"}, {"a/b", "c"}),
        ({"scope": "c", "scp": "a/b"}, {"a/b", "c"}),
    ],
)
def test_scopes_are_read_as_every_issuer_writes_them(claims: object, found: set[str]) -> None:
    assert scopes(_event(claims), needed="a/b") == found


@pytest.mark.parametrize(
    ("claims", "who"),
    [
        ({"sub": "marta"}, "marta"),
        ({"sub": "marta", "client_id": "screen"}, "marta"),
        ({"client_id": "consumer"}, "consumer"),
        ({"sub": " ", "client_id": "consumer"}, "consumer"),
        ({"sub": None, "client_id": "consumer"}, "consumer"),
        ({"sub": ["marta"], "client_id": "consumer"}, "consumer"),
    ],
)
def test_a_token_says_whose_it_is(claims: object, who: str) -> None:
    assert subject(_event(claims)) == who


@pytest.mark.parametrize(
    "claims", [None, {}, {"scope": READ}, {"sub": ""}, {"sub": 7}, {"username": "marta"}, {"sub": "m" * 256}]
)
def test_a_token_of_nobody_is_none(claims: object) -> None:
    with pytest.raises(Unauthenticated):
        subject(_event(claims))


@pytest.mark.parametrize("scheme", ["aws", "slack", "mail", "zendesk", "jira"])
@pytest.mark.parametrize("form", ["{}:AIDAEXAMPLE", " {}:x", "{}:"])
@pytest.mark.parametrize("claim", ["sub", "client_id"])
def test_no_token_names_whoever_acts_by_a_tool(scheme: str, form: str, claim: str) -> None:
    """They would be taken for somebody whom AWS, or the tool, has proven."""
    for subject_ in (form.format(scheme), form.format(scheme.upper())):
        with pytest.raises(Forbidden, match=f"begins with {scheme}:") as refused:
            subject(_event({claim: subject_}))
        assert refused.value.field == "sub"


@pytest.mark.parametrize("who", ["aws", "awsome:x", "auth0|aws:x", "mailer", "slack", "arn:aws:iam::1:user/ana"])
def test_who_only_looks_like_one_is_nobody_elses(who: str) -> None:
    assert subject(_event({"sub": who})) == who


PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())


@pytest.mark.parametrize(
    ("found", "departments", "purposes"),
    [
        ((), None, ()),
        ((READ, "departments/billing", "xdepartment/billing"), None, ()),
        (("department/billing", READ, "department/care"), {"billing", "care"}, ()),
        (("purpose/delivery", READ), None, ("delivery",)),
        (("purpose/delivery", "purpose/campaign", "department/care"), {"care"}, ("campaign", "delivery")),
    ],
)
def test_limits_are_what_scopes_name_of_the_playbook(
    found: tuple[str, ...], departments: set[str] | None, purposes: tuple[str, ...]
) -> None:
    limit = limits(found, lambda: PLAYBOOK)
    assert (limit.departments, limit.purposes) == (departments, purposes)
    taken = {field for purpose in PLAYBOOK.purposes if purpose.name in purposes for field in purpose.fields}
    assert limit.parts == (taken if purposes else None)


@pytest.mark.parametrize("scope", ["department/", "department/*", "department/bill", "purpose/", "purpose/war"])
def test_a_scope_that_names_nothing_of_the_playbook_is_refused_by_its_name(scope: str) -> None:
    with pytest.raises(Forbidden, match=re.escape(scope)) as refused:
        limits((READ, "department/care", scope), lambda: PLAYBOOK)
    assert refused.value.field == "scope"
