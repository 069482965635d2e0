"""What platforms send in the matrix: signed samples of the project's own, alone, together, and one after another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import orjson

from shared.ids import customer_id, escalation_id, overdue_id, step_id
from shared.store.keys import instant
from tests.conftest import NOW
from tests.faults.arrivals import SUBJECT, Acted, Arrival, Arriving, Asked
from tests.shared.platforms.discourse import sender as discourse
from tests.shared.platforms.meta import sender as meta
from tests.shared.platforms.standard_webhooks import sender as standard_webhooks
from tests.shared.platforms.telegram import sender as telegram
from tests.shared.platforms.x import sender as x

_PLATFORMS = Path(__file__).parents[1] / "shared" / "platforms"
_SENDERS: dict[str, Any] = {
    "discourse": discourse,
    "meta": meta,
    "standard_webhooks": standard_webhooks,
    "telegram": telegram,
    "x": x,
}

SECRETS = {f"{name}/{sender.ACCOUNT}": {"signing": list(sender.SECRETS)} for name, sender in _SENDERS.items()}


def said(platform: str, sample: str, *, noise: int = 0, **when: Any) -> Arrival:
    """Return a platform's sample, signed; noise are so many characters that mean nothing and cannot be compressed."""
    body = (_PLATFORMS / platform / "samples" / f"{sample}.json").read_bytes()
    if noise:
        body = orjson.dumps({**orjson.loads(body), "unread": Random(noise).randbytes(noise // 2).hex()})
    return signed(f"{platform} {sample}", platform, body, **when)


def signed(name: str, platform: str, body: bytes, *, at: timedelta = timedelta(0), settled: bool = False) -> Arrival:
    """Return an arrival of this body, with the proof that the platform would give."""
    sender = _SENDERS[platform]
    headers = sender.sign(body, sender.SECRETS[0], NOW + at)
    return Arrival(name, platform, sender.ACCOUNT, headers, body, at, settled)


AGAIN = " again"


def again(arrival: Arriving, *, at: timedelta = timedelta(0), settled: bool = False) -> Arriving:
    """Return the same delivery, or the same request of a colleague, made once more."""
    name = f"{arrival.name}{AGAIN}"
    if not isinstance(arrival, Arrival):
        return replace(arrival, name=name, at=at)
    return signed(name, arrival.platform, arrival.body, at=at, settled=settled)


ONE_COMPLAINT = (said("telegram", "complaint"),)
A_BATCH = (said("meta", "batch"),)

STORIES: dict[str, Sequence[Arriving]] = {
    "one complaint": ONE_COMPLAINT,
    "a batch": A_BATCH,
    "a complaint, a text, an edit": (
        said("telegram", "complaint"),
        said("telegram", "text"),
        said("telegram", "edited"),
    ),
    "something unreadable": (said("meta", "unreadable"), said("telegram", "text")),
    "only things to ignore": (said("telegram", "unknown_kind"),),
}

LARGE = said("meta", "batch", noise=4000)

UP_TO_THREE = ("one complaint", "a batch", "a complaint, a text, an edit", "something unreadable")

# An app of the company's own speaks the generic contract: whatever a story needs, one unit at a time or many in one.


def unit(kind: str, name: str, *, customer: str = "u-1001", second: int = 0, **data: Any) -> dict[str, Any]:
    """Return one event of the app's; it happened so many seconds after an hour before the start."""
    at = (NOW - timedelta(hours=1) + timedelta(seconds=second)).isoformat()
    whose = {"id": customer, **data.pop("known", {})}
    return {"type": kind, "timestamp": at, "data": {"id": name, "occurred_at": at, "customer": whose, **data}}


def one(event: dict[str, Any], **when: Any) -> Arrival:
    """Return an event of the app's as a delivery of its own."""
    return signed(f"{event['type']} {event['data']['id']}", "standard_webhooks", orjson.dumps(event), **when)


def together(name: str, *events: dict[str, Any], **when: Any) -> Arrival:
    """Return events of the app's as one delivery."""
    body = orjson.dumps({"type": "batch", "data": {"events": events}})
    return signed(name, "standard_webhooks", body, **when)


ANA: dict[str, Any] = {"name": "Ana Torres", "handle": "anatorres", "email": {"value": "ana.torres@example.com"}}
COMPLAINS = unit("message.received", "m-1", text="Me han cobrado dos veces la factura", known=ANA)
EDITS = unit("message.edited", "m-1/2", second=20, target="m-1", text="Me han cobrado tres veces la factura")
DELETES = unit("message.deleted", "m-1/gone", second=40, target="m-1")
ANSWERS = unit("message.sent", "m-2", second=30, text="Lo miramos", reply_to="m-1")
HAS_READ = unit("receipt.updated", "m-2/read", second=50, target="m-2", status="read")
ASKS = unit("message.received", "m-3", second=60, text="¿Y bien?")

CLAIMS = unit("message.received", "m-4", second=5, text="Hola", known=ANA)
PROVES = unit(
    "message.received",
    "m-5",
    second=70,
    text="¿Me llaman?",
    known={"name": "Ana T.", "email": {**ANA["email"], "verified": True}, "phone": {"value": "+34600111222"}},
)

A_CONVERSATION = (COMPLAINS, EDITS, ANSWERS, DELETES, HAS_READ)

STORIES |= {
    "an edit, a deletion, a receipt and an answer before their messages": tuple(map(one, reversed(A_CONVERSATION))),
    "an account's whole day in one delivery": (together("all", *A_CONVERSATION, ASKS),),
    "nothing but a receipt": (one(HAS_READ),),
    "the same twice at once": (*ONE_COMPLAINT, again(ONE_COMPLAINT[0])),
    "the same 3 s apart": (*ONE_COMPLAINT, again(ONE_COMPLAINT[0], at=timedelta(seconds=3))),
    "the same a day apart": (*ONE_COMPLAINT, again(ONE_COMPLAINT[0], at=timedelta(days=1), settled=True)),
    "a batch a day apart": (*A_BATCH, again(A_BATCH[0], at=timedelta(days=1), settled=True)),
}

AT_LAST: dict[str, Sequence[Arriving]] = {"the same 3 s apart": STORIES["the same 3 s apart"][::-1]}
"""Stories that a fault may turn into another one: what is put aside at first is kept after what came 3 s later, and the
journal then says of it when that came."""


# A colleague writes at the desk.

_ANA = "app:shop_app:u-1001"
PROMISED = step_id(subject=SUBJECT, identity=_ANA, idempotency_key="promise")
_COMMITMENT = PROMISED.replace("stp_", "com_")


def desk(what: str, key: str, *, at: timedelta = timedelta(0), of: str = _ANA, **said: Any) -> Asked:
    """Return what a colleague asks of the desk about a customer of the app's, once all before it is settled."""
    body = orjson.dumps(said | {"department": "billing"})
    return Asked(key, f"/customers/{customer_id(of)}/{what}", body, key, at)


NOTES = desk("notes", "note", text="Prefiere que le llamen.")
NEEDS = desk("needs", "need", topic="eSIM", text="¿tenéis eSIM?")
CONSENTS = desk("consents", "consent", purpose="news", given=False, evidence="escribió BAJA")
PROMISES = desk(
    "commitments",
    "promise",
    stance="promise",
    matter="la devolución",
    text="Se lo devolvemos.",
    until=(NOW + timedelta(hours=40)).isoformat(),
)
_LATER = (NOW + timedelta(hours=80)).isoformat()


def moves(**when: Any) -> Asked:
    return desk(f"commitments/{_COMMITMENT}/moved", "move", until=_LATER, **when)


def keeps(**when: Any) -> Asked:
    return desk(f"commitments/{_COMMITMENT}/kept", "kept", **when)


_BEA, _CARLA = "app:shop_app:u-1002", "app:shop_app:u-1003"
LINKS = desk("links", "link", identity=_BEA, decision="linked", why="Lo dijo por teléfono.")
PARTS = desk("unlinks", "unlink", identity=_BEA, why="Eran dos hermanas.", at=timedelta(hours=1))
DISMISSES = desk("links", "dismiss", identity=_BEA, decision="dismissed", why="Lo negó en la tienda.")
LINKS_ON = desk("links", "link-on", of=_BEA, identity=_CARLA, decision="linked", why="Firmó con los dos nombres.")


def comes(customer: str, **known: Any) -> Arrival:
    """Return the least that makes somebody known, with what the app says of them."""
    return one(unit("receipt.updated", f"{customer}/read", customer=customer, target="m-9", status="read", known=known))


def proves(customer: str) -> Arrival:
    """Return the same of somebody who has signed in under an address."""
    proven = {"email": {"value": "torres@example.com", "verified": True}}
    return one(
        unit(
            "receipt.updated", f"{customer}/too", customer=customer, second=9, target="m-9", status="read", known=proven
        )
    )


def passes(hours: int, name: str) -> Arrival:
    """Return something of no matter that comes so many hours later: what is due by then is seen to."""
    return one(unit("receipt.updated", name, target="m-2", status="read"), at=timedelta(hours=hours), settled=True)


STORIES |= {
    "a note, the same a day apart": (
        one(ASKS),
        NOTES,
        again(NOTES, at=timedelta(days=1)),
    ),
    "two are linked, and parted": (
        one(ASKS),
        comes("u-1002"),
        LINKS,
        PARTS,
    ),
    "two prove the same address": (proves("u-1001"), proves("u-1002")),
    "a promise is moved, and kept in time": (
        one(ASKS),
        PROMISES,
        moves(at=timedelta(hours=1)),
        keeps(at=timedelta(hours=2)),
    ),
    "a promise is nearly due, broken, and kept late": (
        one(ASKS),
        PROMISES,
        passes(32, "nearly due"),
        passes(50, "broken"),
        keeps(at=timedelta(hours=70)),
    ),
}


# Departments do with a case what they should, or nothing.

CASE = escalation_id(identity=_ANA, external_id="m-1", department="billing")
_ASKED = overdue_id(
    identity=_ANA, conversation="conversation#app#direct", since=instant(NOW - timedelta(minutes=59)), stage="overdue"
)


def acts(
    act: str, *, of: str = CASE, who: str = "lena", department: str = "billing", to: str | None = None, days: int = 0
) -> Acted:
    """Return what somebody does with a case, the complaint's if no other is named, once all before it is settled."""
    return Acted(f"{who} {act}", _ANA, of, act, who, department, to, timedelta(days=days))


ACCEPTS, RETURNS = acts("accepted"), acts("returned", who="paul", to="technical")

_ASKS_ON = unit("message.received", "m-7", second=25 * 3600, text="Sigue sin devolverse")
_AT_LAST = unit("message.sent", "m-8", second=32 * 24 * 3600, text="Perdone la espera")

STORIES |= {
    "an offer that nobody accepts": (one(COMPLAINS), passes(7 * 24, "expired")),
    "a case that is handed back, taken on, and done with": (
        one(COMPLAINS),
        RETURNS,
        acts("accepted", who="tom", department="technical", days=1),
        acts("answered", who="tom", department="technical", days=1),
        passes(6 * 24, "closed"),
    ),
    "an answered case about which the customer asks on": (
        one(COMPLAINS),
        ACCEPTS,
        acts("answered"),
        one(_ASKS_ON, at=timedelta(days=1), settled=True),
    ),
    "a case that is taken on, and left": (one(COMPLAINS), ACCEPTS, passes(11 * 24, "reminded")),
    "somebody whom nobody answers, until at last": (
        one(ASKS),
        passes(16 * 24, "overdue"),
        acts("accepted", of=_ASKED, who="carl", department="care", days=17),
        acts("closed", of=_ASKED, who="carl", department="care", days=17),
        passes(31 * 24, "long overdue"),
        one(_AT_LAST, at=timedelta(days=32), settled=True),
    ),
}
