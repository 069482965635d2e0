"""The report on how punctual a company was."""

from datetime import timedelta

import pytest

from infra.timing import HEAD, punctuality
from shared.models import Delivery, Message
from shared.playbook import Deadlines, Target
from shared.store import journal
from shared.store.table import Item
from tests.conftest import NOW
from tests.world import playbook

HOUR = timedelta(hours=1)
PLAIN = playbook().model_copy(
    update={
        "clocks": (Target(kind="first_answer", within=Deadlines(low=60, normal=60, high=60, urgent=60)),),
        "departments": tuple(each.model_copy(update={"calendar": None}) for each in playbook().departments),
    }
)


def history(who: int, *, waited: timedelta | None, channel: str = "telegram") -> list[Item]:
    """Return what is kept of somebody who wrote a day ago and was answered so much later, or never."""
    said = {"identity": f"telegram:shop:{who}", "account": "shop", "channel": channel}
    began = NOW - 24 * HOUR
    events = [Message.model_validate(said | {"external_id": "1", "occurred_at": began, "text": "¿Hay tarifa nueva?"})]
    if waited is not None:
        answer = {"external_id": "2", "occurred_at": began + waited, "direction": "outbound", "text": "Sí"}
        events.append(Message.model_validate(said | answer))
    delivery = Delivery("telegram", "shop", b"", {}, NOW)
    return [journal.expanded_item(delivery, event) for event in events]


def rows(*people: list[Item], since: timedelta = 48 * HOUR) -> list[dict[str, object]]:
    found = punctuality(people, PLAIN, since=NOW - since, until=NOW)
    return [dict(zip(HEAD, row, strict=True)) for row in found]


def test_of_many_the_share_in_time_the_middle_and_the_slow_ones_are_told() -> None:
    quick = [history(number, waited=timedelta(minutes=number + 1)) for number in range(9)]
    (row,) = rows(*quick, history(9, waited=3 * HOUR), history(10, waited=None))
    assert row == {
        "channel": "telegram",
        "clock": "first_answer",
        "begun": 11,
        "running": 1,
        "late": 2,
        "in time": "81.8 %",
        "median": "6 min",
        "nine in ten": "26 min",
    }


def test_channels_are_told_apart() -> None:
    found = rows(history(1, waited=HOUR), history(2, waited=2 * HOUR, channel="whatsapp"))
    assert [(row["channel"], row["late"], row["median"]) for row in found] == [
        ("telegram", 0, "1 h 00 min"),
        ("whatsapp", 1, "2 h 00 min"),
    ]


@pytest.mark.parametrize("people", [[], [history(1, waited=HOUR)]])
def test_what_began_before_is_not_of_the_time(people: list[list[Item]]) -> None:
    assert rows(*people, since=HOUR) == []
