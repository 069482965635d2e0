"""Whatever is unclear about a token is refused."""

import pytest

from shared.errors import Forbidden, Unauthenticated
from shared.http.scopes import scopes

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
