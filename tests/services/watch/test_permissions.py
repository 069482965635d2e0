"""The watch's role lets it do whatever the projector left behind, and nothing else."""

from tests.faults.wire import Call
from tests.permissions import check, deployed
from tests.services.projector.test_permissions import SPARED, parts, tell_all

WATCH = "WatchFunction"
STREAM = "aws:dynamodb"


def test_the_role_allows_all_that_the_watch_asks_for_and_no_more() -> None:
    with deployed() as functions:

        def the_stream_is_given_up(_: int, call: Call) -> str | None:
            now = functions.world.wire.invocation
            return "fails" if now and now.woken_by == STREAM and call.service != "sqs" else None

        tell_all(functions)
        tell_all(functions, the_stream_is_given_up)
        parts(functions, "", STREAM)
        lambdas = {"ReadStream: dynamodb:DescribeStream": "for Lambda, which reads the stream by the projector's role"}
        check(WATCH, functions.needs[WATCH], spared=SPARED | lambdas)
