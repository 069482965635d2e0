"""A person on WhatsApp stays one customer, whatever becomes of their ids and numbers, and a stranger stays a stranger.

The payloads have the shapes of the published ones, which the last tests project themselves.
"""

from collections.abc import Iterable, Sequence
from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest

from shared.casework.links import Link
from shared.models import Event, Message, Proof
from shared.projection import links
from shared.projection.about import About
from shared.store import keys
from tests.shared.platforms.meta.cases import events
from tests.shared.repair.house import House

OURS = "109000000000001"
OTHER_ACCOUNT = "109000000000002"
N1, N2, STRANGERS = "34600000001", "34600000009", "34600000077"
USER, NEXT_USER, PARENT = "ES.1000000001", "ES.1000000009", "ES.ENT.2000000001"
STRANGER = "ES.7777777777"

type Payload = dict[str, Any]


def delivered(field: str, *, account: str = OURS, **value: Any) -> Payload:
    metadata = {"display_phone_number": "34910000001", "phone_number_id": account}
    whole = {"messaging_product": "whatsapp", "metadata": metadata} | value
    changes = [{"field": field, "value": whole}]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102", "changes": changes}]}


def without_none(**value: Any) -> dict[str, Any]:
    return {name: given for name, given in value.items() if given is not None}


def writes(
    at: int, *, number: str | None = None, user: str | None = None, parent: str | None = None, account: str = OURS
) -> Payload:
    contact = without_none(wa_id=number, user_id=user, parent_user_id=parent) | {"profile": {"name": "Ana"}}
    message = without_none(**{"from": number}, from_user_id=user, from_parent_user_id=parent)
    message |= {"id": f"wamid.{at}", "timestamp": str(1793700000 + at), "type": "text", "text": {"body": "Hola"}}
    return delivered("messages", account=account, contacts=[contact], messages=[message])


def notice(at: int, body: str, kind: str, *, sender: str | None = None, **new: Any) -> Payload:
    message = without_none(**{"from": sender}) | {"id": f"wamid.{at}", "timestamp": str(1793700000 + at)}
    return delivered(
        "messages",
        messages=[message | {"type": "system", "system": without_none(**new) | {"body": body, "type": kind}}],
    )


def changes_number(at: int, before: str, after: str, *, user: str | None = None) -> Payload:
    body = f"User Ana changed from {before} to {after}"
    return notice(at, body, "user_changed_number", sender=before, wa_id=after, user_id=user)


def changes_user_id(at: int, before: str, after: str, *, parent: str | None = None) -> Payload:
    body = f"User Ana changed from {before} to {after}"
    return notice(at, body, "user_changed_user_id", user_id=after, parent_user_id=parent)


def updates_user_id(at: int, before: str, after: str, *, number: str | None = None) -> Payload:
    update = without_none(wa_id=number) | {
        "detail": "d",
        "user_id": {"previous": before, "current": after},
        "timestamp": str(1793700000 + at),
    }
    contact = without_none(wa_id=number) | {"profile": {"name": "Ana"}}
    return delivered("user_id_update", contacts=[contact], user_id_update=[update])


def read(payload: Payload) -> list[Event]:
    return events(orjson.dumps(payload))


def told(*payloads: Payload) -> House:
    house = House()
    for event in (event for payload in payloads for event in read(payload)):
        house.take(event)
    return house


def customers(house: House) -> list[list[str]]:
    """Return all customers as the short names of their identities, as every member's list says alike."""
    abouts = [
        About.model_validate_json(item["state"]["S"]) for key, item in house.items().items() if key.sk == keys.ABOUT
    ]
    groups = set()
    for about in abouts:
        listed = links.members(house.items().get(keys.members(about.identity))) or [about.identity]
        assert about.identity in listed
        groups.add(tuple(listed))
    assert sorted(each for group in groups for each in group) == sorted(about.identity for about in abouts)
    return sorted(sorted(each.rpartition(":")[2] for each in group) for group in groups)


def bond(house: House, one: str, other: str) -> str:
    names = [f"whatsapp:{OURS}:{each}" for each in (one, other)]
    item = house.items().get(keys.link(of=names[0], other=names[1]))
    return Link.model_validate_json(item["state"]["S"]).bond if item else "apart"


ANA = {
    "by number": writes(1, number=N1),
    "by number and BSUID": writes(2, number=N1, user=USER),
    "by parent and BSUID, without a number": writes(3, user=USER, parent=PARENT),
    "another number": changes_number(4, N1, N2, user=NEXT_USER),
    "another BSUID": changes_user_id(5, USER, NEXT_USER),
    "under the new BSUID, without a number": writes(6, user=NEXT_USER),
}
SHE = sorted([N1, USER, PARENT, NEXT_USER])
ORDERS = list(permutations(ANA.values()))


@pytest.mark.parametrize("part", range(8))
def test_whoever_goes_from_number_to_id_to_parent_to_another_number_is_one_customer_in_any_order(part: int) -> None:
    for order in ORDERS[part::24]:
        assert customers(told(*order)) == [SHE]


def test_it_is_the_same_where_the_field_of_its_own_tells_of_the_new_id() -> None:
    for order in permutations(
        [ANA["by number and BSUID"], updates_user_id(5, USER, NEXT_USER), writes(6, user=NEXT_USER)]
    ):
        assert customers(told(*order)) == [[USER, NEXT_USER]]


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        pytest.param([writes(1, number=N1), writes(2, number=N1, user=USER)], [N1, USER], id="number and BSUID"),
        pytest.param(
            [writes(1, user=USER), writes(2, user=USER, parent=PARENT)], [USER, PARENT], id="BSUID and parent"
        ),
        pytest.param(
            [writes(1, user=USER), changes_user_id(2, USER, NEXT_USER), writes(3, user=NEXT_USER)],
            [USER, NEXT_USER],
            id="changed id",
        ),
        pytest.param(
            [writes(1, user=USER), changes_user_id(2, USER, NEXT_USER, parent=PARENT), writes(3, parent=PARENT)],
            [USER, PARENT],
            id="changed id, known by the parent afterwards",
        ),
        pytest.param(
            [writes(1, number=N1), changes_number(2, N1, N2, user=NEXT_USER), writes(3, user=NEXT_USER)],
            [N1, NEXT_USER],
            id="changed number, known by the new BSUID afterwards",
        ),
        pytest.param(
            [writes(1, number=N1), changes_number(2, N1, N2), writes(3, number=N2)], [N1, N2], id="changed number alone"
        ),
        pytest.param(
            [writes(1, user=USER), writes(2, user=USER, account=OTHER_ACCOUNT)],
            [USER, USER],
            id="two of the company's numbers",
        ),
        pytest.param(
            [writes(1, number="5511987654321"), writes(2, number="551187654321", user=USER)],
            ["5511987654321", USER],
            id="two spellings of a number",
        ),
    ],
)
def test_each_step_by_itself_leaves_one_customer(payloads: list[Payload], expected: list[str]) -> None:
    for order in permutations(payloads):
        assert customers(told(*order)) == [sorted(expected)]


RECYCLED = {
    "with a BSUID": writes(20, number=N1, user=STRANGER),
    "with a parent": writes(20, number=N1, user=STRANGER, parent="ES.ENT.7"),
    "at another number of the company's": writes(20, number=N1, user=STRANGER, account=OTHER_ACCOUNT),
}


def stay_apart(house: House, *, of: Iterable[str]) -> None:
    found = customers(house)
    assert sorted(of) in found
    assert len(found) == 2, found


@pytest.mark.parametrize("case", RECYCLED)
@pytest.mark.parametrize("seed", range(6))
def test_a_stranger_who_is_given_the_old_number_is_not_joined_in_any_order(case: str, seed: int) -> None:
    payloads = [*ANA.values(), RECYCLED[case], writes(21, number=N1, user=STRANGER)]
    Random(seed).shuffle(payloads)
    stay_apart(told(*payloads), of=SHE)


STRANGERS_STORIES: dict[str, tuple[Sequence[Payload], list[str]]] = {
    "she is told apart by her BSUID and WhatsApp says nothing": ([writes(2, number=N1, user=USER)], [USER]),
    "she had no BSUID then, and WhatsApp says that she gave the number up": (
        [writes(1, number=N1), changes_number(4, N1, N2), writes(5, number=N2)],
        [N1, N2],
    ),
    "she was seen in no other way than by giving it up": ([changes_number(4, N1, N2)], [N1]),
    "she had no BSUID then, and got one with the next number": (
        [writes(1, number=N1), changes_number(4, N1, N2, user=NEXT_USER), writes(5, number=N2, user=NEXT_USER)],
        [N1, NEXT_USER],
    ),
    "of her two identities one is the bare number": (
        [writes(1, number=N1), writes(2, number=N1, user=USER)],
        [N1, USER],
    ),
}


@pytest.mark.parametrize("case", STRANGERS_STORIES)
def test_a_number_that_changed_hands_is_a_question_at_most(case: str) -> None:
    payloads, she = STRANGERS_STORIES[case]
    for order in permutations([*payloads, writes(20, number=N1, user=STRANGER)]):
        house = told(*order)
        stay_apart(house, of=she)


def test_whose_old_number_it_was_is_suggested() -> None:
    house = told(writes(1, number=N1), changes_number(4, N1, N2), writes(20, number=N1, user=STRANGER))
    assert bond(house, N1, STRANGER) == "suggested"


def test_a_number_that_she_moves_to_joins_her_with_nobody_who_had_it_before() -> None:
    """Who has it now is told by the new BSUID that comes along, and who had it by theirs."""
    payloads = [
        writes(1, number=N2, user=STRANGER),
        writes(2, number=N1, user=USER),
        changes_number(4, N1, N2, user=NEXT_USER),
        changes_user_id(5, USER, NEXT_USER),
    ]
    for order in permutations(payloads):
        stay_apart(told(*order), of=[N1, USER])


def card(payload: Payload, **context: Any) -> Payload:
    (value,) = (change["value"] for change in payload["entry"][0]["changes"])
    (message,) = value.get("messages") or value["message_echoes"]
    phones = [{"phone": "+34 600 000 077"}]
    message |= {"type": "contacts", "context": context, "contacts": [{"origin": "contact_request", "phones": phones}]}
    return payload


def proofs(payload: Payload) -> dict[str, Proof | None]:
    (event,) = read(payload)
    assert isinstance(event, Message)
    assert event.author is not None
    return {point.value: point.proof for point in event.author.contacts}


def test_the_answer_to_our_request_for_their_number_is_theirs() -> None:
    assert proofs(card(writes(1, user=USER))) == {USER: "platform", f"+{STRANGERS}": "contact_share"}


@pytest.mark.parametrize("context", [{"forwarded": True}, {"frequently_forwarded": True}])
def test_somebody_elses_answer_that_they_pass_on_is_not(context: dict[str, bool]) -> None:
    assert proofs(card(writes(1, user=USER), **context)) == {USER: "platform"}


def test_a_card_that_we_send_is_not() -> None:
    echo = {"id": "wamid.C", "timestamp": "1793700000", "to_user_id": USER, "type": "contacts"}
    sent = card(delivered("smb_message_echoes", contacts=[{"user_id": USER}], message_echoes=[echo]))
    assert proofs(sent) == {USER: "platform"}


PUBLISHED = Path(__file__).parents[3].parent / "shared" / "payloads" / "whatsapp"
OF_ONE_USER = (
    "text_message_with_business_scoped_user_ids",
    "system_message_user_changed_number",
    "system_message_user_changed_user_id",
    "bsuid_rotation_user_id_update",
)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published payloads are not beside this checkout")
def test_the_published_payloads_of_one_user_are_one_customer_in_any_order() -> None:
    payloads = [orjson.loads((PUBLISHED / f"vercelchat.{name}.json").read_bytes()) for name in OF_ONE_USER]
    she = ["15551234567", "US.13491208655302741918", "US.ENT.11815799212886844830"]
    for order in permutations(payloads):
        assert customers(told(*order)) == [she]
