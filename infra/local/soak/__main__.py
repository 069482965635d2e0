"""The Makefile's door to a soak: from an empty table to the reckoning; exit code 1 when it does not add up."""

import argparse
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from infra.local import engine, samples
from infra.local.__main__ import bring_up
from infra.local.home import ROOT, Home, Trouble
from infra.local.soak import report
from infra.local.soak.audit import Audit, escalations, not_handed_over, told
from infra.local.soak.faults import Killer, Line
from infra.local.soak.plan import Original, Sending, plan
from infra.local.soak.probes import Probes
from infra.local.soak.senders import Senders
from infra.local.soak.settling import Settling, named
from infra.local.tour import hand_offs
from shared.store.journal import Bucket
from shared.store.keys import Key
from shared.store.playbooks import CurrentPlaybook
from shared.store.table import Item, Table, key_of

FOLDER = ROOT / ".soak"

_CONNECTIONS = 4
_SETTLE_SECONDS = 1800
_AHEAD = timedelta(minutes=1)
_PROGRESS_SECONDS = 30

_began = time.monotonic()
_told = [_began]


def say(line: str) -> None:
    print(f"[{time.monotonic() - _began:6.1f} s] {line}", flush=True)


def _progress(done: int, total: int) -> None:
    if time.monotonic() - _told[-1] > _PROGRESS_SECONDS:
        _told.append(time.monotonic())
        say(f"{done} of {total} answered")


def soak(given: argparse.Namespace) -> list[str]:
    """Run one soak and print its figures; return what does not add up, a sentence each."""
    given.folder.mkdir(parents=True, exist_ok=True)
    home, random = Home(given.folder, given.port), Random(given.seed)  # noqa: S311  a seed, not a secret
    _forget_the_last(home)
    line = Line(engine_port=home.port, seed=given.seed)
    with line.open() as functions_call:
        process = engine.start(home, functions_call=functions_call)
        try:
            issuer = bring_up(home)
            killer = Killer(engine=process.pid, every=given.kill_every, seed=given.seed)
            return _under_faults(given, home, _plan(given, random), line, killer, Probes(home, issuer))
        finally:
            say("stopping the engine")
            engine.stop(home, process)


def _forget_the_last(home: Home) -> None:
    if engine.running(home):
        raise Trouble("a soak is running already")
    for state in ("engine", "s3"):
        shutil.rmtree(home.folder / state, ignore_errors=True)
    home.forget("deployed")


def _plan(given: argparse.Namespace, random: Random) -> list[Sending]:
    # The audit knows deliveries by their bytes: those of a platform that encloses its proof are others each time, and a
    # form is no JSON that could be said by others.
    every = [sample for sample in samples.every() if not samples.encloses(sample.platform)]
    recorded = {sample: Original(sample.platform, sample.account, sample.body) for sample in every}
    texts = [recorded[sample] for sample in every if sample.name == "text"]
    return plan(list(recorded.values()), texts, deliveries=given.deliveries, rate=given.rate, random=random)


def _under_faults(
    given: argparse.Namespace, home: Home, sendings: list[Sending], line: Line, killer: Killer, probes: Probes
) -> list[str]:
    since, outputs = _now(), home.outputs()
    table = Table(home.client("dynamodb"), outputs["TableName"])
    settling = Settling(home, table, CurrentPlaybook(table), since, _SETTLE_SECONDS, say)
    senders = Senders(home, connections=_CONNECTIONS, door_opened=probes.expect)
    say(f"sending {len(sendings)} deliveries, {sum(each.repeated for each in sendings)} of them for the second time")
    with probes.at_work():
        with killer.at_work():
            line.share = given.faults / 100
            sent = senders.send(sendings, progress=_progress)
            line.share = 0.0
        say("all are answered; from here on nothing fails")
        pending = settling.wait()
        audit = Audit(table, Bucket(home.client("s3"), outputs["DeliveryBucketName"]), sent, since, _now() + _AHEAD)
        mended = _mend(settling, audit, home)
    faults = [f"still pending: {named(pending)}"] if pending else []
    faults += told("newcomers whom no lookup finds", (name.partition(":")[0] for name in probes.still_unseen))
    faults += [*mended.faults, *audit.faults(_items(home), _handed_over(home))]
    report.show("sent", report.of_the_sending(sent, rate=given.rate))
    report.show("broken on purpose", report.of_the_faults(line, killer))
    report.show("the ledger, in units", report.of_the_ledgers(audit.balances))
    report.show("the journal", {"events": len(audit.expected), "people": mended.people, "escalations": mended.offers})
    report.show("time", report.of_the_times(probes.times))
    report.show("dropped by the engine, which does not read what the projector gives back", mended.figures)
    return faults


@dataclass(frozen=True, slots=True)
class _Mended:
    """What did not come by itself and was repaired: a fault, unless the engine has dropped as much."""

    people: int
    offers: int
    figures: dict[str, object]
    faults: list[str]


def _mend(settling: Settling, audit: Audit, home: Home) -> _Mended:
    people = {key.pk for key in audit.expected}
    left = settling.left_to_reproject(people)
    settling.reproject(left)
    alone = settling.left_alone(lambda: not_handed_over(_items(home), _handed_over(home)))
    settling.hand_to_the_watch(alone)
    given_back, offers = settling.given_back(), escalations(_items(home))
    faults = [*told("people who differ after reprojecting", ("person" for _ in settling.different(left)))]
    if len(left) + len(alone) > given_back:
        faults.append("more was left to repair than the engine had dropped")
    figures: dict[str, object] = {
        "groups of records that it gave back": given_back,
        "left to reproject": f"{len(left)} people",
        "left to hand over": f"{len(alone)} escalations",
    }
    return _Mended(len(people), len(offers), figures, faults)


def _items(home: Home) -> dict[Key, Item]:
    pages = home.client("dynamodb").get_paginator("scan").paginate(TableName=home.outputs()["TableName"])
    return {key_of(item): item for page in pages for item in page["Items"]}


def _handed_over(home: Home) -> set[str]:
    return {found["id"] for waiting in hand_offs(home).values() for found in waiting}


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local.soak", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--port", type=int, default=4577)
    parser.add_argument("--deliveries", type=int, default=20_000)
    parser.add_argument("--rate", type=float, default=10.0, help="deliveries a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=5.0, help="per cent of the functions' calls that fail")
    parser.add_argument(
        "--kill-every", type=float, default=8.0, help="seconds between two killed processes, on average"
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the engine must not outlive us
    try:
        faults = soak(parser.parse_args())
    except Trouble as trouble:
        sys.exit(f"mostrador: {trouble}")
    except KeyboardInterrupt:
        sys.exit(130)
    verdict = "it does not add up" if faults else "it adds up: everything that was answered is there, and once"
    print(f"\n{verdict}\n", *faults, sep="\n  ")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
