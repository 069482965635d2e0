"""The deployed channels' function: by its own role, with its own tokens, over what really came through the door."""

from typing import Any

import orjson
import pytest

from infra.local import samples
from shared.accounts import Account
from shared.channels import Health
from shared.playbook import parse
from shared.store import health
from tests.system.conftest import House, eventually
from tests.template import ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


def a_round(house: House) -> dict[str, Any]:
    """Have the function make a round, without waiting for its five minutes."""
    resource = house.home.client("cloudformation").describe_stack_resource(
        StackName="mostrador", LogicalResourceId="ChannelsFunction"
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    answer = house.home.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
    said = orjson.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    assert isinstance(said, dict)
    return said


def bot(house: House) -> Health | None:
    return health.last_judgement(house.table, Account(platform="telegram", account="tienda_bot"))


def test_an_account_is_heard_once_something_came_through_the_door(house: House) -> None:
    found = a_round(house)["found"]
    example = parse((ROOT / "infra" / "playbook.example.toml").read_text())
    assert sum(found.values()) == len(example.accounts)
    assert samples.find("telegram", "text").send(house.home).status_code == 200

    def heard() -> Health | None:
        a_round(house)
        judged = bot(house)
        return judged if judged and judged.facts.last_delivery else None

    judged = eventually(heard)
    assert judged is not None
    assert judged.state == "healthy"
    assert judged.facts.subscription == "unknown", "the stand-ins of the platforms answer replies alone"


def test_the_round_comes_by_itself_every_five_minutes(house: House) -> None:
    schedules = house.home.client("scheduler").list_schedules()["Schedules"]
    found = [
        house.home.client("scheduler").get_schedule(Name=schedule["Name"])["ScheduleExpression"]
        for schedule in schedules
        if "Channels" in schedule["Name"]
    ]
    assert found == ["rate(5 minutes)"]
