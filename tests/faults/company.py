"""A lab whose departments work in tools of their own, and what is the same of each run: the table, and what people have
before them in the tools.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import orjson

from shared.playbook import Playbook
from shared.store.playbooks import CurrentPlaybook, publish
from shared.store.table import Table
from tests.faults import figures
from tests.faults.arrivals import Arriving
from tests.faults.lab import Lab, on_the_double
from tests.faults.outside import Departments, answered
from tests.faults.picture import Picture, picture
from tests.faults.sequential import Explorer, same
from tests.faults.wire import Call, modes_of
from tests.faults.world import Step, World
from tests.services.connectors.shop import SECRETS, TOKENS, WHSEC

IN_A_TOOL = ("ConnectorsFromBilling", "ConnectorsFromBillingTool", "ConnectorsFromMail")
BY_ITS_QUEUE = ("ConnectorsFromBillingActs",)
"""What publishing a playbook turns on where billing works in a tool of its own, or by AWS (`infra/publish.py`)."""


@dataclass
class Company:
    """A lab with the tools of the company's departments."""

    lab: Lab
    departments: Departments

    def world(self, story: Sequence[Arriving], tool: dict[str, Any]) -> World:
        """Return a world in which billing works in this tool."""
        world = self.lab.world(story)
        table = Table(self.lab.engine.client("dynamodb"), world.stack.table)
        publish(table, _working_in(CurrentPlaybook(table)(), tool))
        signing = [WHSEC] if tool["kind"] == "webhook" else SECRETS
        known = {"billing": {"signing": signing, "token": TOKENS.get(tool["kind"], "")}}
        secret = world.stack.functions["ConnectorsFunction"].environment["CONNECTOR_SECRETS_ID"]
        self.lab.engine.put_secret(secret, orjson.dumps(known).decode())
        return world


def _working_in(playbook: Playbook, tool: dict[str, Any]) -> Playbook:
    said = orjson.loads(playbook.to_json())
    said["version"] += 1
    (billing,) = (each for each in said["departments"] if each["name"] == "billing")
    billing["connector"] = tool
    return Playbook.from_json(orjson.dumps(said).decode())


@contextmanager
def company(on: Collection[str]) -> Iterator[Company]:
    """Make a company of which these mappings are turned on."""
    with on_the_double(on=on) as lab:
        departments = Departments(lab.wire)
        lab.engine.clients["sesv2"] = departments
        lab.put_beside(departments)
        with answered(lab.wire, departments.answer), patch("secrets.token_hex", departments.name):
            yield Company(lab, departments)


def connects(step: Step) -> bool:
    return step.name.startswith("ConnectorsFunction")


type Modes = Callable[[Call], list[str]]


type Compare = Callable[[Picture, Picture], None]


def calm_run(company: Company, world: World, *, shows: str) -> tuple[Picture, Compare]:
    """Return what a calm run comes to, and what holds another run to it, in the tools as well. It `shows` something
    somewhere, lest nothing should have come of anything."""
    world.run()
    calm, told = picture(world), company.departments.told()
    assert shows in str((calm, told)), "nothing came of it"

    def compare(found: Picture, expected: Picture) -> None:
        same(found, expected)
        assert company.departments.told() == told, "in the tool it is not as after a calm run"
        assert all(mail.may_be_second for mail in _further(company)), "a second mail does not say that it may be one"

    return calm, compare


def explore(
    company: Company,
    make: Callable[[], World],
    part: str,
    *,
    shows: str,
    faults: int = 1,
    modes: Modes = modes_of,
    befalls: Callable[[Step], bool] = connects,
) -> int:
    """Let every call of the connectors' fail in every way; check that all comes to what a calm run comes to."""
    expected, compare = calm_run(company, make(), shows=shows)
    told = figures.of(part)
    runs = Explorer(make(), company.lab.engine, expected, compare, told, modes, befalls).explore(faults)
    told.runs += runs
    return runs


def _further(company: Company) -> Iterator[Any]:
    """Yield the mails of hand-offs that are not the first of their thread and subject."""
    seen = set()
    for mail in company.departments.mails:
        if (place := (mail.thread, mail.subject)) in seen:
            yield mail
        seen.add(place)
