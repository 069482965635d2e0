"""The connectors' role lets them do what they do with every tool, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from shared.casework.cases import Doing
from shared.casework.steps import Talk
from tests.conftest import TABLE
from tests.permissions import Listener, check, listening
from tests.services.connectors.acts import ALONE, BY, GROUP, QUEUE, act, send
from tests.services.connectors.shop import ANA, CASE, MAIL, SLACK, WEBHOOK, ZENDESK, Shop
from tests.services.connectors.test_giving import KINDS
from tests.services.connectors.test_in_mail import put
from tests.services.connectors.test_in_slack import pressed
from tests.services.connectors.test_in_tickets import comment
from tests.services.connectors.test_in_tickets import send as send_ticket
from tests.services.connectors.test_telling import ends
from tests.services.connectors.tools import refuses_connections

DEPARTMENTS = {
    "billing": "Billing",
    "delivery_and_orders": "DeliveryAndOrders",
    "technical": "Technical",
    "care": "Care",
}
NAMES = {
    "dynamodb": {TABLE: "Table"},
    "sqs": {
        **{f"{name}.fifo": f"{own}Queue" for name, own in DEPARTMENTS.items()},
        "billing-tool": "BillingToolQueue",
        "billing-acts.fifo": "BillingActsQueue",
        "mail": "ConnectorsMailQueue",
    },
    "s3": {"mail": "ConnectorsMailBucket"},
    "secretsmanager": {"tools": "ConnectorSecrets"},
}
OTHERS = ("delivery_and_orders", "technical", "care")
SPARED = {f"TryAgainLater: mostrador-{name}-tool": "as of billing" for name in OTHERS} | {
    f"TellWhatBecameOfActs: mostrador-{name}.fifo": "as of billing" for name in OTHERS
}


class Ear(Listener):
    """Hears what the connectors ask for while they work in a shop."""

    def __init__(self) -> None:
        super().__init__(NAMES)

    @contextmanager
    def on(self, shop: Shop) -> Iterator[Shop]:
        with listening(shop.cloud, self):
            yield shop
        for mail in shop.ses.sent:
            self.before("sesv2", "SendEmail", mail)


def gives(ear: Ear) -> None:
    """Give every tool a hand-off, at the second try, and tell it that it is over."""
    for tool in KINDS.values():
        shop = Shop(tool)
        shop.tools.failures = [refuses_connections] * 2
        with ear.on(shop):
            shop.hand_over()
            for _ in range(2):
                shop.world.clock += timedelta(minutes=5)
                shop.try_again()
        ends(shop)
        with ear.on(shop):
            shop.hand_over()


def is_switched_off(ear: Ear) -> None:
    """Give a hand-off to a tool that is gone for good."""
    shop = Shop(WEBHOOK)
    shop.tools.endpoint = 410
    with ear.on(shop):
        shop.hand_over()


def takes(ear: Ear) -> None:
    """Take what is done with hand-offs in tools, and by mail."""
    with ear.on(slack := Shop(SLACK)):
        slack.hand_over()
        assert slack.slack(pressed(slack))[0] == 200
    with ear.on(desk := Shop(ZENDESK)):
        desk.hand_over()
        assert send_ticket(desk, comment()) == 200
    mail = Shop(MAIL)
    mail.hand_over()
    put(mail, "Ya está devuelto.")
    with ear.on(mail):
        assert mail.take_mail() == []


def takes_acts(ear: Ear, *, goes_on: bool) -> None:
    """Take what a department does by its queue alone, perhaps with a case that goes on in another conversation."""
    shop = Shop(QUEUE, thread=GROUP, visibility="public")
    send(shop, act())
    shop.take_acts()
    if goes_on:
        there = Talk(identity=ANA, channel="telegram", thread=ALONE)
        shop.cases.take(shop.cases.do(ANA, CASE, Doing("answered", shop.world.now(), BY, answered_in=there)))
        shop.says("¿Y el IBAN?", "2", thread=ALONE)
    send(shop, act("replied", key="k2", text="El de siempre."), act("noted", key="k3", text="Llamó."))
    send(shop, act("committed", key="k4", stance="refusal", matter="cobro", text="No procede."))
    with ear.on(shop):
        shop.take_acts()


def test_the_role_allows_all_that_the_connectors_ask_for_and_no_more() -> None:
    ear = Ear()
    gives(ear)
    is_switched_off(ear)
    takes(ear)
    for goes_on in (False, True):
        takes_acts(ear, goes_on=goes_on)
    check("ConnectorsFunction", ear.needs, spared=SPARED)
