"""The record of who read and changed what of a customer's; pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from services.customer360 import contract_history
from services.customer360.access import Access
from services.customer360.paging import Place, Stretch
from shared.casework.links import Link, Word
from shared.casework.seen import Seen
from shared.casework.steps import Step
from shared.store import keys, steps
from shared.store.keys import Key


class Look(NamedTuple):
    """A look at an identity, and where the note of it is."""

    key: Key
    identity: str
    seen: Seen


type Act = Look | Step | Word


def stretches(
    looks: Iterable[tuple[list[Look], bool]], taken: Iterable[Step], known: Iterable[Link]
) -> list[Stretch[Act]]:
    """Return all that was done: looks of each identity, with whether there may be more below them; steps; and what was
    said of pairs, of which the step may be in somebody else's partition."""
    found = [_looks(each, more=more) for each, more in looks]
    said = (word for link in known for word in link.words)
    return [*found, Stretch({_place(act): act for act in (*said, *taken)})]


def _looks(looks: list[Look], *, more: bool) -> Stretch[Act]:
    placed: Mapping[Place, Act] = {_place(look): look for look in looks}
    return Stretch(placed, min(placed) if more else None)


def _place(act: Act) -> Place:
    match act:
        case Look():
            return Place.of(act.seen.at, act.key)
        case Word():
            return Place.of(act.at, keys.step(identity_name=act.identity, step_id=act.step_id))
        case _:
            return Place.of(act.at, steps.key(act))


def kind(act: Act) -> str:
    return "read" if isinstance(act, Look) else "change"


def shown(act: Act, access: Access) -> contract_history.Done:
    """Return what was done, without a word of what it was about; why, unless it was in the name of somebody out of the
    caller's reach."""
    match act:
        case Look():
            return _read(act, why=act.seen.why if access.departments is None else "")
        case Word():
            what, name = "link", act.step_id
        case _:
            what, name = act.kind, act.id
    return contract_history.Done.model_validate(
        {
            "at": act.at,
            "kind": "change",
            "what": what,
            "by": act.by.model_dump(),
            "why": act.why if access.departments is None or act.by.department in access.departments else "",
            "purposes": (),
            "parts": (),
            "id": name,
            "identity": act.identity,
        }
    )


def _read(look: Look, *, why: str) -> contract_history.Done:
    said = look.seen.model_dump(include={"at", "what", "purposes", "parts", "id"})
    by = {"subject": look.seen.by, "department": None}
    return contract_history.Done.model_validate(
        said | {"kind": "read", "by": by, "why": why, "identity": look.identity}
    )
