"""A whole Mostrador in which time passes: customers write, departments do their work or do not, the watch looks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from services.watch.rounds import drive_due_work
from shared.casework.cases import Doing
from shared.casework.steps import Act, Agent, Step
from shared.escalation import Escalation
from shared.models import Delivery, Message, PersonalEvent
from shared.playbook import PRIORITIES, Playbook
from shared.projection.conversation import Conversation
from shared.store import journal, keys, steps
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook, publish
from tests.conftest import NOW
from tests.world import World

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta(microseconds=1)
_A_YEAR = 366 * 24 * 60

ACCEPT_WITHIN, ANSWER_WITHIN = 2 * HOUR, 8 * HOUR
"""What departments are given in a shop of these tests, whatever the priority."""


def minutes(each: timedelta) -> dict[str, int]:
    return dict.fromkeys(PRIORITIES, each // MINUTE)


def identity(person: str = "ana") -> str:
    return f"telegram:shop:{person}"


def said(kind: Any = Message, name: str = "1", person: str = "ana", at: datetime = NOW, **more: Any) -> PersonalEvent:
    plain = {"external_id": name, "occurred_at": at, "identity": identity(person), "account": "shop"}
    found: PersonalEvent = kind.model_validate(plain | {"channel": "telegram"} | more)
    return found


def head_of(event: PersonalEvent) -> Key:
    return keys.conversation(event)


class Shop(World):
    """A world in which the same holds for every department and priority; `changes` are of the playbook."""

    def __init__(self, changes: Mapping[str, Any] | None = None) -> None:
        super().__init__({})
        self.republish(**(changes or {}))

    def republish(self, **changes: Any) -> None:
        """Publish the playbook once more, with these settings changed."""
        current = CurrentPlaybook(self.table)()
        departments = [each.model_dump() | {"accept_within": minutes(ACCEPT_WITHIN)} for each in current.departments]
        plain = {
            "version": current.version + 1,
            "clocks": (),
            "departments": departments,
            "priorities": current.priorities.model_dump() | {"answer_within": minutes(ANSWER_WITHIN)},
        }
        publish(self.table, Playbook.model_validate(current.model_dump() | plain | changes))

    def patient(self) -> None:
        """Let nobody mind how long a conversation waits; departments have the time that they had."""
        kinds = ("first_answer", "next_answer")
        year = dict.fromkeys(PRIORITIES, _A_YEAR)
        self.republish(clocks=[{"kind": kind, "channel": "telegram", "within": year} for kind in kinds])

    @property
    def playbook(self) -> Playbook:
        return CurrentPlaybook(self.table)()

    def has(self, *what: PersonalEvent | Step) -> None:
        """Let things be journalled and projected."""
        self.keep(*what)
        self.settle()

    def keep(self, *what: PersonalEvent | Step) -> None:
        """Let things be journalled, and nothing be made of them yet."""
        for each in what:
            if isinstance(each, PersonalEvent):
                delivery = Delivery("telegram", "shop", each.model_dump_json().encode(), {}, self.clock)
                self.table.insert(journal.expanded_item(delivery, each))
            else:
                steps.keep(self.table, each)

    def watch(self) -> dict[str, int]:
        """Let the watch make its round now; return how much it found of each kind."""
        return drive_due_work(self.projector(), time_is_left=lambda: True)

    def round(self, at: datetime, *, then_settle: bool = True) -> dict[str, int]:
        """Let the watch make its round at an instant, and the stream bring what came of it."""
        self.clock = at
        found = self.watch()
        if then_settle:
            self.settle()
        return found

    def do(self, case: str, act: Act, *, person: str = "ana", department: str = "billing", **more: Any) -> Escalation:
        """Let somebody of a department do something with a case, as the desk does."""
        doing = Doing(act, self.clock, Agent(subject="u1", department=department), **more)
        return self.projector().cases.take(self.projector().cases.do(identity(person), case, doing))

    def cases(self, *, person: str | None = None) -> list[Escalation]:
        """Return all escalations as their items have them, the one that was offered first before the others."""
        items = (item for item in self.scan() if item["sk"]["S"].startswith(keys.ESCALATION_PREFIX))
        found = (Escalation.model_validate_json(item["state"]["S"]) for item in items)
        return sorted(
            (case for case in found if person is None or case.identity == identity(person)),
            key=lambda case: (case.opened_at, case.id),
        )

    def case(self) -> Escalation:
        (found,) = self.cases()
        return found

    def head(self, event: PersonalEvent) -> Conversation:
        item = self.table.get(head_of(event))
        assert item is not None
        return Conversation.model_validate_json(item["state"]["S"])

    def listed(self, kind: str) -> list[datetime]:
        items = (item for item in self.scan() if item.get("open", {"S": ""})["S"].startswith(f"{kind}#"))
        return sorted(datetime.fromisoformat(item["open_at"]["S"]) for item in items)

    def desks(self) -> dict[str, list[str]]:
        """Return what the index `desk` lists of each department: the ids of cases, in its order."""
        every = sorted((item for item in self.scan() if "desk" in item), key=lambda item: str(item["urgency"]["S"]))
        names = sorted({item["desk"]["S"] for item in every})
        return {
            name: [item["sk"]["S"].partition("#")[2] for item in every if item["desk"]["S"] == name] for name in names
        }

    def handed(self, department: str) -> list[dict[str, Any]]:
        return [orjson.loads(body) for body in self.hand_offs(department)]
