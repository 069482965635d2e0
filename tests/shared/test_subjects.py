"""Whoever acts in a tool is told from everybody who shows a token."""

from typing import get_args

import pytest

from shared.playbook.connectors import Connector
from shared.subjects import SCHEMES, acts_by, scheme_of, subject

KINDS = {get_args(tool.model_fields["kind"].annotation)[0] for tool in get_args(get_args(Connector)[0])}


def test_every_connector_by_which_somebody_acts_has_a_scheme_of_its_own() -> None:
    assert SCHEMES.keys() == KINDS - {"webhook"}
    assert len(set(SCHEMES.values())) == len(SCHEMES)


@pytest.mark.parametrize("kind", sorted(SCHEMES))
def test_who_acts_by_one_acts_by_no_other(kind: str) -> None:
    who = subject(kind, "T0SHOP", "U1")
    assert who == f"{SCHEMES[kind]}:T0SHOP:U1"
    assert [each for each in sorted(KINDS) if acts_by(who, each)] == [kind]
    assert scheme_of(who) == scheme_of(f" {who.upper()}") == SCHEMES[kind]


@pytest.mark.parametrize("who", ["ida", "aws", "awsome:x", "auth0|aws:x", "queue:billing", "webhook:x", ""])
def test_nobody_else_acts_by_one(who: str) -> None:
    assert scheme_of(who) is None
    assert not any(acts_by(who, kind) for kind in KINDS)
