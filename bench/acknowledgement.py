"""Processor time of an acknowledgement: the built door against a bare handler, both putting to the same local stub."""

from collections.abc import Iterator
from contextlib import ExitStack

import orjson

from bench.artefact import ROOT, built
from bench.figures import Comparison, Figure, by_turns
from bench.processes import ask, process, tell
from bench.proofs import PROOFS
from bench.samples import Sample, samples

PUT = "DynamoDB_20120810.PutItem"

_WARM_UP = 300
_BATCH = 25
_TURNS = 80

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "TABLE_NAME": "bench",
    "SPILL_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/spill",
    "DELIVERY_BUCKET": "deliveries",
    "WEBHOOK_SECRETS_ID": "secrets",
    "POWERTOOLS_METRICS_NAMESPACE": "Bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
}


def measure() -> Iterator[Figure]:
    """Yield each platform's ratio; Meta's, which proves itself by an HMAC over the body as most do, has the goal."""
    for sample in (found for found in samples() if found.platform in PROOFS):
        compared = compare(sample)
        low, high = compared.spread
        against = f"a bare handler, one run by turns (quartiles {low:.2f} to {high:.2f})"
        goal = 4.0 if sample.platform == "meta" else None
        yield Figure(f"{sample.platform}: CPU of the acknowledgement", round(compared.ratio, 2), "times", against, goal)


def compare(sample: Sample, *, turns: int = _TURNS) -> Comparison:
    """Return the seconds per acknowledgement of the door and of the bare handler, by turns."""
    secrets = orjson.dumps({sample.path: {"signing": [sample.secret]}}).decode()
    answers = {PUT: "{}", "secretsmanager.GetSecretValue": orjson.dumps({"SecretString": secrets}).decode()}
    bare = {"BARE_PLATFORM": sample.platform, "BARE_SECRET": sample.secret}
    with ExitStack() as stack:
        stub = stack.enter_context(process(["-m", "bench.stub"], {}))
        endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{ask(stub, orjson.dumps(answers).decode())}"}
        workers = [
            stack.enter_context(process(["-I", "-S", "bench/worker.py", *what], ENVIRONMENT | endpoint | more))
            for what, more in (
                (["services.webhooks.app", str(built())], {}),
                (["bench.bare", str(built()), str(ROOT)], bare),
            )
        ]
        for worker in workers:
            tell(worker, orjson.dumps(sample.invocation()).decode())
            ask(worker, str(_WARM_UP))
        door, floor = ((lambda worker=worker: float(ask(worker, str(_BATCH)))) for worker in workers)
        compared = by_turns(door, floor, turns=turns)
        _check_puts(ask(stub, ""), expected=2 * (_WARM_UP + turns * _BATCH))
    return compared


def _check_puts(counted: str, *, expected: int) -> None:
    """One put an acknowledgement, on both sides: otherwise two different things were compared."""
    if orjson.loads(counted)[PUT] != expected:
        raise RuntimeError(f"{expected} acknowledgements made these calls: {counted}")
