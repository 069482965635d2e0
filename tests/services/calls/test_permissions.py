"""The calls' role lets them keep what Amazon Connect tells, wherever that is kept, and nothing else."""

from random import Random

import orjson

from tests.faults.wire import Call
from tests.permissions import check, deployed
from tests.services.calls.test_intake import record
from tests.shared.platforms.connect.cases import SAMPLES

CALLS = "CallsFunction"


def table_refuses(_: int, call: Call) -> str | None:
    return "throttled" if call.service == "dynamodb" else None


def test_the_role_allows_all_that_the_calls_ask_for_and_no_more() -> None:
    large = orjson.dumps({"unread": Random(1).randbytes(400_000).hex()})
    with deployed() as functions:
        for number, body in enumerate((SAMPLES["abandoned"], SAMPLES["unreadable"], large)):
            assert functions.wake(CALLS, {"Records": [record(body, number)]}) == {"batchItemFailures": []}
        spills = functions.wake(CALLS, {"Records": [record(SAMPLES["answered"], 9)]}, table_refuses)
        assert spills == {"batchItemFailures": []}
        check(CALLS, functions.needs[CALLS])
