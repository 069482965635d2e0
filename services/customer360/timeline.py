"""What happened to a customer and what the company did: events, steps and escalations in one order; pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from services.customer360 import contract_cases, contract_history, folding
from services.customer360.access import Access
from services.customer360.folding import Target
from services.customer360.paging import Place, Stretch
from shared.casework.commitments import commitment_id
from shared.casework.deciding import whose
from shared.casework.steps import (
    CaseMove,
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    LinkDecision,
    Note,
    ReplyAsked,
    ReplyMove,
    Step,
    Talk,
    reply_id,
)
from shared.escalation import Escalation
from shared.projection.going_on import talk_of
from shared.store import keys, steps
from shared.store.customers import History
from shared.store.journal import Entry
from shared.store.keys import Key

type Thing = Entry | Step | Escalation

type Owners = Mapping[str | None, frozenset[str | None]]
"""Whose each case, each commitment and each reply is, by its id."""

EVERYBODY_S = (Consent, LinkDecision)
"""Steps that are no department's own affair: what the customer allowed, and who they are."""


def key(thing: Thing) -> Key:
    """Return where the table keeps it."""
    match thing:
        case Entry():
            return thing.key
        case Escalation():
            return keys.escalation(identity_name=thing.identity, escalation_id=thing.id)
        case _:
            return steps.key(thing)


def place(thing: Thing) -> Place:
    """Return where it stands in the order: an event when it happened, a step when it was taken, an escalation when it
    was offered first."""
    match thing:
        case Entry():
            at = thing.event.occurred_at
        case Escalation():
            at = thing.opened_at
        case _:
            at = thing.at
    return Place.of(at, key(thing))


def stretch(history: History) -> Stretch[Thing]:
    """Return a piece of one identity's history by its places."""
    return Stretch({place(entry): entry for entry in history.entries}, place(history.floor) if history.floor else None)


@dataclass(frozen=True, slots=True)
class Filter:
    """What is wanted of a timeline; `resting` are the messages on which cases of the wanted department rest, and
    `owners` says whose each case and commitment is. `within` are the conversations that are wanted, if not all, and
    `read_in` is where each reply can be read, by its id. `repeated` are entries that say again what another one says:
    only who asks for their kind is shown them.
    """

    channel: str | None = None
    department: str | None = None
    kind: str | None = None
    resting: frozenset[Target] = frozenset()
    owners: Owners = field(default_factory=dict)
    within: Collection[Talk] | None = None
    read_in: Mapping[str, Talk | None] = field(default_factory=dict)
    repeated: Collection[Key] = ()

    @property
    def is_open(self) -> bool:
        return self.within is None and self.channel is self.department is self.kind is None

    def fits(self, thing: Thing) -> bool:
        if self.kind is None and isinstance(thing, Entry) and thing.key in self.repeated:
            return False
        return (
            self._talk(thing) and self._channel(thing) and self._department(thing) and self.kind in (None, kind(thing))
        )

    def _talk(self, thing: Thing) -> bool:
        match thing:
            case _ if self.within is None:
                return True
            case Entry():
                return talk_of(thing.event) in self.within
            case ReplyAsked():
                asked_in = Talk(identity=thing.identity, channel=thing.channel, thread=thing.thread)
                return asked_in in self.within or self.read_in.get(reply_id(thing)) in self.within
            case _:
                return False

    def _channel(self, thing: Thing) -> bool:
        return self.channel is None or (isinstance(thing, Entry) and thing.event.channel == self.channel)

    def _department(self, thing: Thing) -> bool:
        if self.department is None:
            return True
        if isinstance(thing, Entry):
            return folding.rests_on(thing, self.resting)
        return self.department in (department(thing), *owners_of(thing, self.owners))


def kind(thing: Thing) -> str:
    match thing:
        case Entry():
            return thing.event.kind
        case Escalation():
            return "escalation"
        case _:
            return thing.kind


def department(thing: Thing) -> str | None:
    """Return whose step or case it is."""
    match thing:
        case Entry():
            return None
        case Escalation():
            return thing.department
        case _:
            return thing.by.department


def owners(cases: Iterable[Escalation], taken: Iterable[Step]) -> Owners:
    """Return whose each of these cases is, and each commitment and each reply that one of these steps makes."""
    cases = list(cases)
    found: dict[str | None, frozenset[str | None]] = {case.id: frozenset({case.department}) for case in cases}
    for step in taken:
        match step:
            case Commitment():
                found[commitment_id(step)] = frozenset({step.by.department})
            case ReplyAsked():
                found[reply_id(step)] = whose(step, cases)
    return found


def about(thing: Step | Escalation) -> str | None:
    """Return the id of the case, the commitment or the reply that it is about, if it is about one."""
    match thing:
        case Note() | Commitment() | CaseMove():
            return thing.escalation_id
        case ReplyAsked():
            return reply_id(thing)
        case ReplyMove():
            return thing.reply_id
        case CommitmentEnd() | CommitmentMove() | Escalation():
            return thing.commitment_id
        case _:
            return None


def owners_of(thing: Thing, owners: Owners) -> frozenset[str | None]:
    """Return whose the case, the commitment or the reply is that it is about; nobody's where it is about none."""
    return owners.get(None if isinstance(thing, Entry) else about(thing), frozenset({None}))


def done(
    thing: Step | Escalation, access: Access, owners: Owners, reply: contract_history.Reply | None = None
) -> contract_history.Entry:
    """Return a step or an escalation as it is shown, and how the reply stands that it asks for, if it does."""
    reached = is_reached(thing, access, owners)
    step, escalation = (None, thing) if isinstance(thing, Escalation) else (thing, None)
    at = thing.opened_at if isinstance(thing, Escalation) else thing.at
    return contract_history.Entry(
        at=at,
        kind=kind(thing),
        identity=thing.identity,
        department=department(thing),
        event_key=key(thing).sk,
        received_at=at,
        edited=False,
        deleted=False,
        revised_at=None,
        withheld=not reached,
        event=None,
        step=step if reached else None,
        escalation=contract_cases.Escalation.model_validate(escalation) if escalation and reached else None,
        stored=(),
        reply=reply if reached else None,
    )


def is_reached(thing: Step | Escalation, access: Access, owners: Owners) -> bool:
    """Return whether a caller may read a step or an escalation."""
    if isinstance(thing, EVERYBODY_S):
        return True
    if isinstance(thing, Escalation):
        return access.reaches(thing.department)
    by, is_theirs = thing.by.department, any(map(access.reaches, owners_of(thing, owners)))
    if isinstance(thing, CaseMove | ReplyMove):  # whose it is sees its whole way; and everybody what they did
        return is_theirs or (by is not None and access.reaches(by))
    return is_theirs and (isinstance(thing, ReplyAsked) or access.reaches(by))
