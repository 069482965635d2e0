"""The claims of hand-offs: of two who begin one goes on, and an endpoint that wants no more gets none for a version."""

from datetime import timedelta

from shared.connectors import Given
from shared.connectors.claims import begun, claimed, ended
from shared.store import claims
from shared.store.table import Table
from tests.conftest import NOW
from tests.shared.connectors.giving import giving

CLAIM = claimed(giving().hand_off, "slack", NOW)


def test_what_is_written_is_what_is_read_and_it_is_forgotten_half_a_year_later(table: Table) -> None:
    assert claims.read(table, CLAIM.claim) is None
    assert claims.write(table, None, CLAIM, now=NOW)
    assert claims.read(table, CLAIM.claim) == CLAIM
    done = ended(begun(CLAIM, "slack", NOW), Given("here"))
    assert claims.write(table, CLAIM, done, now=NOW + timedelta(days=1))
    assert claims.read(table, CLAIM.claim) == done
    item = table.get(claims.key(CLAIM.claim))
    assert item is not None
    assert int(item["expires_at"]["N"]) == (NOW + timedelta(days=181)).timestamp()


def test_of_two_who_begin_one_goes_on(table: Table) -> None:
    attempt = begun(CLAIM, "slack", NOW)
    assert claims.write(table, None, attempt, now=NOW)
    assert not claims.write(table, None, attempt, now=NOW)
    later = begun(attempt, "slack", NOW)
    assert claims.write(table, attempt, later, now=NOW)
    assert not claims.write(table, attempt, later, now=NOW)


def test_an_endpoint_is_off_until_a_higher_version(table: Table) -> None:
    assert not claims.is_switched_off(table, "billing", playbook_version=5)
    assert claims.switch_off(table, "billing", playbook_version=5)
    assert not claims.switch_off(table, "billing", playbook_version=5), "that is no news"
    assert claims.is_switched_off(table, "billing", playbook_version=5)
    assert claims.is_switched_off(table, "billing", playbook_version=4)
    assert not claims.is_switched_off(table, "billing", playbook_version=6)
    assert not claims.is_switched_off(table, "care", playbook_version=5)
    assert claims.switch_off(table, "billing", playbook_version=6)
