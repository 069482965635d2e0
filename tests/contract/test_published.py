"""Every published payload beside the checkout is read by exactly one platform's corpus test, or it is said why not."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

from shared.connectors.slack.interactions import read
from shared.errors import MalformedRequest
from tests import corpus
from tests.contract.platforms import EVERY, Sender
from tests.template import SHARED_PAYLOADS

pytestmark = pytest.mark.skipif(not SHARED_PAYLOADS.exists(), reason=corpus.ABSENT)

ELSEWHERE: Mapping[str, str] = {
    "SOURCES.tsv": "says where each file is from",
    "signature_vectors.json": "tests/contract/test_vectors.py judges each of them",
    "cloudevents/*": "the CloudEvents specification's examples: no platform of ours sends that envelope",
    "slack/*": "Slack's Events API, which our app does not subscribe to: nothing but its interactions is taken",
    "aws/lambda-go.connect-event.json": "a flow of Amazon Connect asking: tests/services/greeting reads it",
    "aws/samcli.*connect*": "a template for deploying Amazon Connect: nothing that it sends",
    "aws/samcli.httpapi*": "a template for deploying an API",
    "aws/samcli.workmail*": "a template for WorkMail, which we take no mail from",
    "aws/*lambda*url*": "how a function's own URL invokes it: ours are behind API Gateway",
    "aws/*unction[U-]*": "how a function's own URL invokes it: ours are behind API Gateway",
    "aws/*alb*": "how a load balancer invokes a function: ours are behind API Gateway",
    "aws/*apigw*": "how API Gateway invokes a function: its shape is Mangum's to read",
    "aws/*api[Gg]ateway*": "how API Gateway invokes a function: its shape is Mangum's to read",
    "aws/*dynamo*": "a stream of somebody's own table",
    "aws/*sqs*": "a queue of somebody's own",
    "aws/*s3*": "a bucket that tells of its objects: mail in one is told of by SNS",
    "aws/*eventBridge*": "an event of EC2's",
}


def every() -> set[Path]:
    return {path for path in SHARED_PAYLOADS.rglob("*") if path.is_file()}


def claims() -> Counter[Path]:
    return Counter(path for platform in EVERY for path in corpus.files(platform.sender.CORPUS))


def named(path: Path) -> set[str]:
    return {pattern for pattern in ELSEWHERE if path.relative_to(SHARED_PAYLOADS).full_match(pattern)}


def test_every_file_is_read_by_one_platform_or_it_is_said_why_not() -> None:
    claimed = claims()
    strays = {str(path.relative_to(SHARED_PAYLOADS)) for path in every() if path not in claimed and not named(path)}
    assert strays == set(), "name these in a twin's CORPUS and read them there, or say in ELSEWHERE why nobody does"
    assert {path for path, times in claimed.items() if times > 1} == set()


def test_no_reason_is_left_that_no_file_needs() -> None:
    claimed = claims()
    needed = {pattern for path in every() - claimed.keys() for pattern in named(path)}
    assert ELSEWHERE.keys() == needed


@pytest.mark.parametrize("platform", [found for found in EVERY if found.sender.CORPUS], ids=lambda found: found.name)
def test_what_a_twin_claims_is_there_and_it_has_the_test_that_reads_it(platform: Sender) -> None:
    assert all(corpus.files([claim]) for claim in platform.sender.CORPUS)
    (test,) = Path(platform.sender.__file__ or "").parent.glob("test_corpus.py")
    assert "corpus." in test.read_text()


def test_what_slack_would_tell_of_its_channels_is_no_interaction() -> None:
    for path in corpus.files(["slack"]):
        with pytest.raises(MalformedRequest):
            read(path.read_bytes())
