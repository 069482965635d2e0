"""What a department does with hand-offs by AWS alone: it says so on a queue of its own, and is told on the other one.

Whoever may send to a department's queue of acts is the department, as far as AWS is to be trusted: there is no token,
and no seat. The steps of one act, and what becomes of it when the process dies between them:

1. it is done, in one conditional write, under an id that is made of the department, the case and the key that it gave,
   and of no principal: an act that was done is met again when somebody else sends its dead letter anew (SQS knows them
   alone as its sender, and what was not done before is done in their name);
2. what became of it is told on the department's queue;
3. the message is off the queue of acts. Until then it comes again, meets the same id, and is told again: the queue
   drops that within five minutes, and then the department knows it by its key.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import orjson
from pydantic import ValidationError

from services.connectors.acts import Acts, What, used_before
from services.connectors.answering import Answering, RefusedError
from services.connectors.batches import Record
from services.connectors.giving import WithoutConnectorError
from services.connectors.noting import Noting
from shared import acts, telemetry
from shared.acts import Committed, DepartmentAct, Noted, Replied
from shared.casework import commitments
from shared.casework.commitments import CommitmentHead, commitment_id
from shared.casework.steps import Agent, CaseMove, reply_id
from shared.connectors.claims import Claim
from shared.errors import Conflict, Forbidden, InvalidParameter, NotFound
from shared.http.unreadable import unreadable
from shared.models import Instant
from shared.notice import Against, Notice, Place
from shared.playbook import Playbook
from shared.playbook.connectors import Queue
from shared.projection import saying
from shared.projection.noticing import put
from shared.queues import Departments
from shared.subjects import subject

_CASE = re.compile("esc_[a-z2-7]{26}")
"""What an escalation's id looks like; it is the notice's message group, for which SQS takes no other characters than
letters, digits and punctuation (SendMessage, MessageGroupId)."""

_NO_CASE = "the department has no such case, and had none before: take id and identity as the hand-off has them"
_NOBODY = "AWS does not tell who sent it: nothing was done"
_AGAINST = "the customer was told something else about it in the name of {whose}: agree on one, and tell them"
_OF_THE_ACT = {"identity": "to_identity"}
_ASKED = "it is asked for; once it is sent, the case is answered"


class _Act(NamedTuple):
    """Which act of which department something is told of, by the notice's own words."""

    department: str
    id: str
    act: str
    idempotency_key: str


class _Outcome(NamedTuple):
    """What became of an act, by the notice's own words."""

    notice: Literal["done", "refused"]
    why: str = ""
    until: Instant | None = None
    alternatives: tuple[str, ...] = ()
    reply: str | None = None
    code: str | None = None
    field: str | None = None
    elsewhere: tuple[Place, ...] = ()
    note: str | None = None
    commitment: str | None = None
    conflicts: tuple[Against, ...] = ()


@dataclass(frozen=True, slots=True)
class InQueue:
    """Takes acts off the departments' queues; `playbook` returns the company's current one."""

    acts: Acts
    answering: Answering
    noting: Noting
    playbook: Callable[[], Playbook]
    departments: Departments

    def take(self, record: Record, department: str) -> bool:
        """Do what a message says and tell what became of it; return whether that is settled.

        Raises `WithoutConnectorError` for a department that does not say in the playbook that it works like this.
        """
        connectors = {each.name: each.connector for each in self.playbook().departments}
        if not isinstance(connectors.get(department), Queue):
            raise WithoutConnectorError
        try:
            said = acts.read(record["body"])
        except ValidationError as error:
            wrong = unreadable(error.errors(include_input=False, include_url=False), within="act")
            return self._unreadable(record, department, wrong)
        except InvalidParameter as error:
            return self._unreadable(record, department, error)
        principal = _principal(record)
        by = Agent(subject=subject("queue", principal), department=department)
        claim = self._claim(said, department)
        outcome = self._outcome(said, claim, by) if principal else _Outcome("refused", _NOBODY)
        act = _Act(department, said.escalation_id, said.act, said.idempotency_key)
        self._tell(act, outcome, own=self.acts.own_id(claim, by, said.idempotency_key))
        return True

    def _claim(self, said: DepartmentAct, department: str) -> Claim:
        """Return what finds the case again. No tool was given it, so none is kept."""
        return Claim(
            claim=said.escalation_id,
            department=department,
            kind="queue",
            identity=said.identity,
            escalation_id=said.escalation_id,
            since=self.acts.now(),
        )

    def _outcome(self, said: DepartmentAct, claim: Claim, by: Agent) -> _Outcome:
        """Do it; return that it is done, or why it is not."""
        try:
            return self._done(said, claim, by)
        except RefusedError as error:
            return _not_sayable(error)
        except NotFound:  # of a case of others nobody learns whether it is there
            return _Outcome("refused", _NO_CASE)
        except Forbidden as error:
            return _Outcome("refused", f"{error.field}: {error}", field=error.field)
        except InvalidParameter as error:
            field = _OF_THE_ACT.get(error.field, error.field)
            return _Outcome("refused", f"{field}: {error.reason}", field=field)
        except Conflict as error:
            return _Outcome("refused", str(error), field=error.field)

    def _done(self, said: DepartmentAct, claim: Claim, by: Agent) -> _Outcome:
        case = self.acts.standing(claim)
        if claim.department not in (case.department, *(stop.department for stop in case.path)):
            raise NotFound(_NO_CASE)
        match said:
            case Replied():
                return self._replied(said, claim, by)
            case Noted():
                note = self.noting.note(claim, by, said.text, key=said.idempotency_key, why=said.reason)
                return _Outcome("done", note=note.id)
            case Committed():
                return self._committed(said, claim, by)
        what = _what(said)
        move = self.acts.do(claim, what, by, key=said.idempotency_key)
        if not _is_the_same(move, what, owner=self.playbook().owner):
            raise used_before()
        return _Outcome("done")

    def _replied(self, said: Replied, claim: Claim, by: Agent) -> _Outcome:
        draft, where, why = said.draft(), said.where, said.reason
        asked = self.answering.answer(claim, by, draft, key=said.idempotency_key, where=where, why=why)
        if not saying.is_the_same(asked, draft, where, why):
            raise used_before()
        return _Outcome("done", _ASKED, reply=reply_id(asked))

    def _committed(self, said: Committed, claim: Claim, by: Agent) -> _Outcome:
        made = self.noting.commit(claim, by, said, key=said.idempotency_key, why=said.reason)
        found = [_against(*each, claim.department) for each in self.noting.against(made)]
        whose = ", ".join(sorted({each.department for each in found if each.department}))
        why = _AGAINST.format(whose=whose) if found else ""
        return _Outcome("done", why, commitment=commitment_id(made), conflicts=tuple(found))

    def _unreadable(self, record: Record, department: str, wrong: InvalidParameter) -> bool:
        """Tell the department what cannot be read, where that says of which case it is; what says nothing becomes a
        dead letter, of which an alarm tells."""
        said = _as_object(record["body"])
        escalation_id, key, act = (str(said.get(name, "")) for name in ("escalation_id", "idempotency_key", "act"))
        telemetry.count("ActUnreadable")
        if not _CASE.fullmatch(escalation_id) or not key:
            telemetry.logger().warning("an act that cannot be read", extra={"department": department})
            return False
        # What is told of it is short, however long it was: the reason may repeat what was sent.
        told = _Act(department, escalation_id, act[:128], key[:128])
        outcome = _Outcome("refused", f"{wrong.field}: {wrong.reason}"[:500], field=wrong.field)
        self._tell(told, outcome, own=f"{record['messageId']}-unreadable")
        return True

    def _tell(self, act: _Act, outcome: _Outcome, *, own: str) -> None:
        """Tell a department what became of an act, under an id of its own that is the same at each time: an act that is
        refused again for another reason is other news."""
        telemetry.count(f"Act{outcome.notice.capitalize()}")
        said = act._asdict() | outcome._asdict()
        reason = f"-{sha256(outcome.why.encode()).hexdigest()[:8]}" if outcome.notice == "refused" else ""
        notice = Notice(notice_id=f"{own}-{outcome.notice}{reason}", at=self.acts.now(), **said)
        put(notice, self.departments)


def _not_sayable(error: RefusedError) -> _Outcome:
    refused, elsewhere = error.refusal, tuple(map(Place.model_validate, error.elsewhere))
    why = f"{error.field}: {refused.sentence}" if error.field else refused.sentence
    return _Outcome(
        "refused",
        why,
        refused.expired_at,
        refused.alternatives,
        code=refused.code,
        field=error.field,
        elsewhere=elsewhere,
    )


def _against(found: commitments.Conflict, other: CommitmentHead, own: str) -> Against:
    department = other.made.by.department if other.made else None
    return Against(kind=found.kind, department=department, commitment=other.id if department == own else None)


def _principal(record: Record) -> str:
    """Return who sent a message, by AWS's own id of the user or the role; of a role's sessions all are the same. Empty
    where AWS does not tell."""
    return str(record["attributes"].get("SenderId", "")).partition(":")[0]


def _as_object(body: str) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def _what(said: DepartmentAct) -> What:
    further = {name: getattr(said, name) for name in ("to", "priority", "corrections") if hasattr(said, name)}
    assert not isinstance(said, Replied | Noted | Committed), "which are no acts on the case itself"
    return What(said.act, said.reason, **further)


def _is_the_same(move: CaseMove, what: What, *, owner: str) -> bool:
    """Return whether that was done which is asked for, under a key that was used before. Where nobody was named, or it
    went back too often, the playbook said whom it goes to."""
    same = all(getattr(move, name) == getattr(what, name) for name in ("act", "why", "priority", "corrections"))
    return same and (what.to is None or move.to in (what.to, owner))
