"""Whoever may not say something is told in their own tool why, until when it could be said, and what can be instead."""

from datetime import timedelta
from typing import Any

import pytest

from shared.casework.cases import BY_OURSELVES, Doing
from shared.connectors.jira.document import document
from shared.permitted import check_by_rules
from shared.platforms import reply
from shared.replying import Draft, Place, Refusal
from tests.conftest import NOW
from tests.services.connectors import test_in_mail, test_in_tickets
from tests.services.connectors.shop import ANA, CASE, JIRA, MAIL, ZENDESK, Shop


def closed(draft: Draft, place: Place, _: Any) -> Refusal | None:
    """Judge by WhatsApp's rules what is said a week after the customer's last word."""
    port = reply("whatsapp")
    assert port is not None
    last = place.last_inbound_at or NOW
    return check_by_rules(port.rules["whatsapp"], draft, place, last + timedelta(days=7))


def told(shop: Shop) -> str:
    mails = [str(mail.get_content()) for mail in shop.ses.mails()]
    return " ".join([*(str(note) for _, note in shop.tools.notes), *mails])


def answers(shop: Shop, kind: str, text: str) -> None:
    match kind:
        case "zendesk":
            test_in_tickets.send(shop, test_in_tickets.comment(text))
        case "jira":
            shop.tools.comments["10501"] = document([f"RESPUESTA: {text}"])
            test_in_tickets.post(shop, test_in_tickets.commented())
        case _:
            test_in_mail.comes(shop, text)


@pytest.fixture(params=["zendesk", "jira", "mail"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def shop(kind: str) -> Shop:
    tools: dict[str, dict[str, Any]] = {"zendesk": ZENDESK, "jira": JIRA, "mail": MAIL}
    made = Shop(tools[kind])
    made.hand_over()
    made.ses.sent.clear()
    return made


def test_what_comes_too_late_is_told_with_its_end_and_what_is_let_through(
    shop: Shop, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.connectors.answering.may_say", closed)
    answers(shop, kind, "Ya está devuelto.")
    said = told(shop)
    assert "the customer may be written to for 24 hours after their last message here, and that is over" in said
    assert "Hasta cuándo se podía: el lunes 23 de noviembre a las 13:00" in said, "by the department's own clock"
    assert "Sí se puede: enviar una plantilla aprobada" in said
    assert shop.case.number == 0


def test_what_time_has_nothing_to_do_with_names_no_end(shop: Shop, kind: str) -> None:
    answers(shop, kind, "x" * 5000)
    said = told(shop)
    assert "Sí se puede: decirlo más corto." in said
    assert "Hasta cuándo" not in said


def test_what_is_with_another_department_by_now_says_what_can_be_done(shop: Shop, kind: str) -> None:
    shop.cases.do(ANA, CASE, Doing("expired", shop.world.now(), BY_OURSELVES, "nobody accepted it"))
    answers(shop, kind, "Ya está devuelto.")
    said = told(shop)
    assert "expired by mostrador at 2026-11-22" in said
    assert "ask them to hand it over" in said
