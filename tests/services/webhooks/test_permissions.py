"""The door's role lets it keep what platforms bring, wherever it is kept, and nothing else."""

from dataclasses import replace

from tests.faults.stories import COMPLAINS, one, said
from tests.faults.wire import Call
from tests.permissions import check, deployed

DOOR = "WebhooksFunction"
LARGE = said("meta", "batch", noise=1_200_000)


def table_refuses(_: int, call: Call) -> str | None:
    return "throttled" if call.service == "dynamodb" else None


def test_the_role_allows_all_that_the_door_asks_for_and_no_more() -> None:
    with deployed() as functions:
        functions.begin(one(COMPLAINS), said("meta", "unreadable"), LARGE)
        functions.run()
        for arrival, plan in ((one(COMPLAINS), table_refuses), (replace(one(COMPLAINS), headers={}), lambda *_: None)):
            functions.begin(arrival)
            functions.step(plan)
        check(DOOR, functions.needs[DOOR])
