"""The role of operations lets them look at all there is to look at, and nothing else."""

from datetime import timedelta

from shared.store.table import key_of
from tests.faults.stories import COMPLAINS, HAS_READ, one, said
from tests.permissions import check, deployed
from tests.services.customer360.counter import Counter, called
from tests.services.operations.bureau import EVERYTHING, PLAYBOOK

OPERATIONS = "OperationsFunction"
ASKED = [
    ("/ledger", "platform=meta&account=tienda"),
    ("/ledger", "platform=standard_webhooks&account=shop_app"),
    ("/dead", ""),
    ("/channels", ""),
]


def test_the_role_allows_all_that_operations_ask_for_and_no_more() -> None:
    with deployed() as functions:
        later = one(HAS_READ, at=timedelta(minutes=1))
        functions.begin(one(COMPLAINS), said("meta", "unreadable"), said("meta", "batch", noise=1_200_000), later)
        for _ in functions.world.arrivals:
            functions.step()  # what is large is in the bucket, and nobody has been told of it
        functions.publish(PLAYBOOK)
        left = next(item for item in functions.engine.items(functions.stack.table) if "event#" in item["sk"]["S"])
        Counter(functions.table)._projector.postpone(key_of(left), kind="unprojected", attempts=4)
        for path, query in ASKED:
            answer = functions.wake(OPERATIONS, called(path, query, claims=EVERYTHING))
            assert answer["statusCode"] == 200, answer["body"]
        check(OPERATIONS, functions.needs[OPERATIONS])
