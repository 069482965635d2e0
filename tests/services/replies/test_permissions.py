"""The replies' role lets them say what is to be said on every kind of channel, and nothing else."""

import httpx

from shared.casework.cases import Doing
from shared.escalation import escalate
from shared.models import Message
from shared.projection.cases import Cases, offer
from tests.faults.street import AGENT, Street
from tests.permissions import Functions, check, deployed

REPLIES = "RepliesFunction"


def conversation(functions: Functions, channel: str) -> Street:
    """Let a customer have written on a channel, and the company have what it takes to answer there."""
    street = Street(channel)
    functions.begin()
    functions.set_secret("ApiTokens", {name: token.model_dump() for name, token in street.tokens.items()})
    functions.platforms = street._answered
    street.table = functions.table
    functions.publish(street._playbook())
    street.hear(street.customer)
    functions.run()
    return street


def says(functions: Functions, channel: str, **how: object) -> None:
    """Answer a customer on a channel."""
    street = conversation(functions, channel)
    reply = street.ask("Hasta las dos.", **how)
    functions.run()
    assert street.head(reply).state == "sent", street.head(reply)


def says_about_a_case(functions: Functions) -> None:
    """Answer a customer in the name of the department that has their case."""
    street = conversation(functions, "telegram")
    complaint = street.customer.model_copy(update={"text": "Me han cobrado dos veces la factura"})
    case = escalate(complaint, received_at=street.clock, event_key=street.answers, playbook=street._playbook())
    assert case is not None
    offer(street.table, case)
    acts = Cases(street.table, street._playbook, functions.world.now)
    by = AGENT.model_copy(update={"department": case.department})
    acts.take(acts.do(case.identity, case.id, Doing("accepted", functions.world.now(), by)))
    reply = street.ask("Hasta las dos.", escalation_id=case.id, by=by)
    functions.run()
    assert street.head(reply).state == "sent", street.head(reply)


def is_put_off(functions: Functions) -> None:
    """Answer a customer while the platform takes nothing of the account."""
    street = conversation(functions, "telegram")
    street.standin.fail("limited")
    reply = street.ask("Hasta las dos.")
    functions.run()
    assert [move.act for move in street.head(reply).moves] == ["attempted", "later", "attempted", "sent"]


def is_in_doubt(functions: Functions, channel: str) -> None:
    """Answer a customer, and lose the platform's answer; meanwhile it tells of another reply of ours to them."""

    def loses(request: httpx.Request) -> httpx.Response:
        functions.platforms = street._answered
        street._answered(request)
        at = {"external_id": "m-9", "occurred_at": functions.world.now(), "direction": "outbound"}
        street.hear(Message(**at, reply_id="rpl_bcdefghijklmnopqrstuvwxyza", text="En privado.", **street.common))
        raise httpx.ReadError("reset")

    street = conversation(functions, channel)
    functions.platforms = loses
    street.ask("Hasta las dos.")
    functions.run()


def test_the_role_allows_all_that_replies_ask_for_and_no_more() -> None:
    with deployed() as functions:
        for channel in ("telegram", "messenger", "email", "x_dm", "facebook_comment"):
            says(functions, channel)
        says(functions, "facebook_comment", privately=True)
        says_about_a_case(functions)
        is_put_off(functions)
        is_in_doubt(functions, "messenger")
        functions.stack.functions[REPLIES].environment["MAIL_CONFIGURATION_SET"] = ""  # type: ignore[index]
        says(functions, "email")
        check(REPLIES, functions.needs[REPLIES])
