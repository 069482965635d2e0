"""A function by which somebody does something with a case, once under their key: what the desk does, and nothing else.

It is asked in JSON for a person, a case, an act and a department, and answers 409 where that may not be done any more:
as the case stands, or because another department has it by now.
"""

import os
from datetime import UTC, datetime
from typing import Any

import orjson

from shared import aws, telemetry
from shared.casework.cases import Doing
from shared.casework.steps import Agent
from shared.errors import Conflict
from shared.ids import step_id
from shared.projection.cases import Cases
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Table

_table = Table(aws.client("dynamodb"), os.environ["TABLE_NAME"])
_cases = Cases(_table, CurrentPlaybook(_table), lambda: datetime.now(UTC))


def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Do what is asked for, and bring the case up to it, which the stream does as well."""
    asked = orjson.loads(event["body"])
    by = Agent(subject=asked["who"], department=asked["department"])
    named = step_id(subject=by.subject, identity=asked["identity"], idempotency_key=asked["key"])
    doing = Doing(asked["act"], datetime.now(UTC), by, "", to=asked["to"])
    case = _cases.read(asked["identity"], asked["case"])
    if case.department != by.department:
        return {"statusCode": 409}
    try:
        move = _cases.do(case.identity, case.id, doing, step_id=named, seen=case.number)
    except Conflict:
        return {"statusCode": 409}
    try:
        _cases.take(move)
    except Exception as error:
        telemetry.failure("kept, and not shown yet", error)
    return {"statusCode": 200}
