"""What holds for every platform that is polled, in the poller's own rounds: what comes again, or to two at once, is
journalled once, and no bug of ours costs a message."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import httpx
import pytest

from services.poller.rounds import Poller
from shared import platforms
from shared.accounts import Account
from shared.ledger import Outcomes
from shared.models import Message
from shared.playbook import Playbook, parse
from shared.ports import Asking, Found, PollPort, Presence
from shared.projection.expansion import expand
from shared.secrets import ApiToken
from shared.store import journal, keys
from shared.store.journal import Bucket, Journal
from shared.store.table import Item, Table, key_of
from tests.conftest import NOW, TABLE
from tests.contract.platforms import Sender
from tests.contract.test_polled import brought, every_polled
from tests.double import Cloud
from tests.template import ROOT, table_definition

PLAYBOOK = parse((ROOT / "infra" / "playbook.example.toml").read_text())


@dataclass
class Rounds:
    """A poller over one account of one platform, whose port has found these bodies, and what happens meanwhile."""

    platform: Sender
    port: PollPort
    cloud: Cloud
    monkeypatch: pytest.MonkeyPatch
    bodies: list[bytes] = field(default_factory=list)
    now: datetime = NOW

    @property
    def table(self) -> Table:
        return Table(self.cloud.client("dynamodb"), TABLE)

    def round(self, meanwhile: Callable[[], object] = lambda: None) -> dict[str, int]:
        """Return how a poll ended that a fresh process makes."""

        def poll(_: Presence, cursor: str, __: datetime) -> Asking[Found]:
            meanwhile()
            yield from ()
            return Found(tuple(self.bodies), f"{cursor}+")

        found = replace(self.port, poll=poll, things=())
        with self.monkeypatch.context() as patch:
            patch.setattr(platforms, "poll", lambda name: found if name == self.platform.name else None)
            return dict(self._poller().round(time_is_left=lambda: True))

    def items(self) -> list[Item]:
        """Return what is in the journal, by its keys."""
        kept = (keys.EVENT_PREFIX, keys.DELIVERY)
        found = self.cloud.client("dynamodb").scan(TableName=TABLE)["Items"]
        return sorted((item for item in found if item["sk"]["S"].startswith(kept)), key=key_of)

    def _poller(self) -> Poller:
        account = Account(platform=self.platform.name, account=self.platform.sender.ACCOUNT)
        playbook: Playbook = PLAYBOOK.model_copy(update={"accounts": (account,)})
        return Poller(
            table=self.table,
            journal=Journal(self.table, Bucket(self.cloud.client("s3"), "deliveries")),
            playbook=lambda: playbook,
            tokens=lambda: {account.name: ApiToken(token="t")},
            client=httpx.Client(),
            now=lambda: self.now,
        )


@pytest.fixture
def rounds(platform: Sender, monkeypatch: pytest.MonkeyPatch) -> Rounds:
    port, cloud = platforms.poll(platform.name), Cloud(now=lambda: NOW)
    assert port
    cloud.create_table(**table_definition(TABLE))
    return Rounds(platform, port, cloud, monkeypatch, [brought(platform, name) for name in platform.samples()])


@every_polled
def test_what_a_later_poll_brings_again_is_journalled_once(rounds: Rounds) -> None:
    assert rounds.round() == {"polled": 1}
    once = rounds.items()
    assert any(map(_is_event, once))
    rounds.now += rounds.port.every
    rounds.bodies.reverse()
    assert rounds.round() == {"polled": 1}
    assert rounds.items() == once


@every_polled
def test_of_two_who_poll_at_once_the_later_one_adds_nothing(rounds: Rounds) -> None:
    by_the_other = list[Item]()

    def the_other_is_faster() -> None:
        assert rounds.round() == {"polled": 1}
        by_the_other.extend(rounds.items())

    assert rounds.round(the_other_is_faster) == {"overtaken": 1}
    assert rounds.items() == by_the_other != []


@every_polled
def test_a_bug_behind_the_reader_loses_nothing_that_a_poll_brought(
    rounds: Rounds, platform: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds.bodies = [brought(platform, "text")]
    with monkeypatch.context() as bug:
        bug.setattr(journal, "_event_item", _bug)
        assert rounds.round() == {"polled": 1}
    (item,) = rounds.items()
    assert item["open"]["S"].startswith("delivery#")
    delivery = journal.delivery(item)
    assert delivery.body == rounds.bodies[0]
    assert expand(delivery, platforms.load(platform.name), rounds.table) == (1, Outcomes(journalled=1)), "after the fix"
    assert any(isinstance(journal.entry(item).event, Message) for item in rounds.items() if _is_event(item))


def _is_event(item: Item) -> bool:
    return str(item["sk"]["S"]).startswith(keys.EVENT_PREFIX)


def _bug(*_: object) -> None:
    raise ZeroDivisionError("a customer's words")
