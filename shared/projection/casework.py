"""The projections of what the company did: a commitment's head, an identity's brief, and who is one with whom.

Each is one item, or several that are each settled by themselves; taking a step again changes nothing.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from shared.casework import brief as briefs
from shared.casework import commitments
from shared.casework.brief import Brief
from shared.casework.commitments import CommitmentHead, commitment_id, remind_at
from shared.casework.steps import (
    CaseMove,
    Commitment,
    CommitmentEnd,
    CommitmentMove,
    Consent,
    LinkDecision,
    Need,
    Note,
    Step,
)
from shared.escalation import Escalation
from shared.models import Frozen
from shared.playbook import Playbook
from shared.projection import links
from shared.projection.cases import Cases
from shared.projection.grounds import TERM_IS_OVER
from shared.projection.open_work import listed
from shared.projection.settling import settle
from shared.reminders import outdated
from shared.store import keys
from shared.store.keys import Key
from shared.store.table import Item, Table


def take(step: Step, *, table: Table, playbook: Callable[[], Playbook], now: Callable[[], datetime]) -> None:
    """Bring the projections up to one step; `now` returns an aware instant."""

    def projected(_: Frozen) -> Item:
        return {"projected_at": {"S": keys.instant(now())}}

    match step:
        case Note() | Need() | Consent():
            key = keys.brief(step.identity)
            settle(table, key, table.get(key), Brief, lambda before: briefs.fold(before, step), projected)
        case Commitment() | CommitmentEnd() | CommitmentMove():
            own = commitment_id(step) if isinstance(step, Commitment) else step.commitment_id
            key = keys.commitment(identity_name=step.identity, commitment_id=own)
            notice = playbook().commitments.notice

            def dated(head: CommitmentHead) -> Item:
                return projected(head) | promised(key, head, notice)

            head = settle(
                table, key, table.get(key), CommitmentHead, lambda before: commitments.fold(before, step), dated
            )
            if head is not None:
                _withdraw_outdated(head, Cases(table, playbook, now))
        case CaseMove():
            Cases(table, playbook, now).take(step)
        case LinkDecision():
            links.hear(step, table=table, playbook=playbook, now=now)


def compute(steps: Iterable[Step], playbook: Callable[[], Playbook]) -> dict[Key, Item]:
    """Return what all steps of one identity come to, in whatever order they come: its commitments and its brief."""
    made: dict[Key, CommitmentHead] = {}
    brief: Brief | None = None
    for step in steps:
        match step:
            case Note() | Need() | Consent():
                brief = briefs.fold(brief, step)
            case Commitment() | CommitmentEnd() | CommitmentMove():
                own = commitment_id(step) if isinstance(step, Commitment) else step.commitment_id
                key = keys.commitment(identity_name=step.identity, commitment_id=own)
                made[key] = commitments.fold(made.get(key), step)
    items = {key: _item(key, head) | promised(key, head, playbook().commitments.notice) for key, head in made.items()}
    return items | ({keys.brief(brief.identity): _item(keys.brief(brief.identity), brief)} if brief else {})


def _item(key: Key, state: Frozen) -> Item:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}, "state": {"S": state.model_dump_json(exclude_defaults=True)}}


def promised(key: Key, head: CommitmentHead, notice: timedelta) -> Item:
    """Return the attributes that list a promise from when on it is nearly due, for as long as it is to be kept."""
    return listed("promised", key, remind_at(head.to_be_kept, notice)) if head.to_be_kept else {}


def _withdraw_outdated(head: CommitmentHead, cases: Cases) -> None:
    """Take back the reminders of a promise that rest on a term which does not hold any more, and that nobody has
    accepted yet."""
    made = (keys.escalation(identity_name=head.identity, escalation_id=name) for name in outdated(head))
    for offer in cases.table.get_many(made).values():
        case = Escalation.stored(offer["state"]["S"])
        if case.state == "offered":
            cases.withdraw(case, TERM_IS_OVER)
