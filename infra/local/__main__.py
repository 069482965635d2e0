"""The Makefile's doors to the local run: run, stop, send, token, wipe, and all of `infra.repair`."""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra import repair
from infra.local import certificates, engine, samples, tour, vendors
from infra.local.deploy import deploy
from infra.local.home import ROOT, Home, Trouble
from infra.local.standin import StandIn
from infra.local.tokens import Issuer
from infra.publish import publish_playbook, publish_secrets, publish_tokens
from infra.stack import Stack
from shared import platforms
from shared.clocks.calendar import is_open
from shared.ids import customer_id
from shared.models import Delivery, Ignored, Message
from shared.playbook import parse

FOLDER = ROOT / ".local"
PLAYBOOK = ROOT / "infra" / "playbook.example.toml"

_NOT_IN_THE_TOUR = {"unreadable", "in_the_bucket"}
"""A delivery that stays open work for ever is left for who wants to see one: make send payload=unreadable."""

_APP = "standard_webhooks"

_began = time.monotonic()


def say(line: str) -> None:
    print(f"[{time.monotonic() - _began:5.1f} s] {line}", flush=True)


def run(home: Home) -> None:
    """Everything, and then stay up until Ctrl-C or SIGTERM."""
    signal.signal(signal.SIGTERM, _interrupt)
    say(f"starting the local engine on 127.0.0.1:{home.port}")
    process = engine.start(home)
    try:
        with vendors.serving(home) as standin, certificates.serving(home):
            issuer = bring_up(home)
            show(home, issuer, standin)
            _stay(home, process, standin)
    except KeyboardInterrupt:
        print()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not cost the state
        say("stopping, and saving the state")
        engine.stop(home, process)
    say("stopped; 'make run' goes on from here, 'make wipe' forgets it")


def bring_up(home: Home) -> Issuer:
    """Deploy what is new and publish the configuration; return who issues tokens."""
    issuer = Issuer.of(home)
    say("deployed" if deploy(home, issuer, say) else "template.yaml and the code are deployed already")
    outputs = home.outputs()
    publish_playbook(
        PLAYBOOK.read_text(),
        table_name=outputs["TableName"],
        client=home.client,
        mappings=json.loads(outputs["ConnectorMappings"]),
    )
    publish_secrets(samples.secrets(), secret_id=outputs["WebhookSecretsId"], client=home.client)
    publish_tokens(vendors.tokens(), secret_id=outputs["ApiTokensId"], client=home.client)
    say("published the example playbook, and the secrets and tokens of the sample accounts")
    return issuer


def show(home: Home, issuer: Issuer, standin: StandIn) -> None:
    """Send the samples, wait for what becomes of them, and print it."""
    chosen = [sample for sample in samples.every() if sample.name not in _NOT_IN_THE_TOUR]
    vendors.introduce(standin, chosen)
    say(f"sending {len(chosen)} signed sample deliveries to {home.api_url}/webhooks/...")
    answers = tour.send(home, chosen)
    table_name = home.outputs()["TableName"]
    tour.wait_until_projected(home, table_name, chosen)
    say("all are projected")
    _print_what_came_in(answers, tour.tally(home, table_name))
    complaint = next(sample for sample in chosen if sample.name == "complaint")
    message = tour.complaint_of(complaint)
    _heading(f"the lookup's answer about {message.identity}")
    print(_json(tour.look_up(home, issuer, message.identity)))
    _print_hand_off(tour.hand_offs(home), message.identity)
    _ask_now(home, table_name)
    _print_doors(home, message.identity)


def _ask_now(home: Home, table_name: str) -> None:
    """Let a customer ask after an order now, and print what they are told at once: in the hours of the department that
    it is for nothing, since somebody is there."""
    body, account = samples.of_this_moment(datetime.now(UTC)), str(samples.sender(_APP).ACCOUNT)
    samples.deliver(home, _APP, body, account=account)
    delivery = Delivery(_APP, account, body, {}, datetime.now(UTC))
    (message,) = (event for event in platforms.load(_APP).normalise(delivery) if isinstance(event, Message))
    _heading(f"what {message.identity} is told at once, who asks after an order now: {message.text}")
    if is_open(tour.hours_for(parse(PLAYBOOK.read_text()), message), datetime.now(UTC)):
        print("  nothing: it is open, and somebody will answer; outside its hours it is said when it opens")
        return
    print(f"  {tour.told_by_itself(home, table_name, message) or 'nothing yet: the projector has not come to it'}")


def _print_what_came_in(answers: dict[str, Counter[int]], found: tour.Tally) -> None:
    _heading("what came in, and what the journal holds of each platform")
    for platform, statuses in answers.items():
        answered = ", ".join(f"{number} answered {status}" for status, number in sorted(statuses.items()))
        print(f"  {platform:20} {answered}: {_counts(found.outcomes[platform])}")
    print(f"\n  kept or computed: {_counts(found.projections)}")


def _print_hand_off(waiting: dict[str, list[dict[str, Any]]], identity: str) -> None:
    _heading("the hand-offs that wait on the departments' queues")
    print("  " + ", ".join(f"{department}: {len(found)}" for department, found in waiting.items()))
    for department, found in waiting.items():
        for hand_off in found:
            if hand_off["identity"] == identity:
                _heading(f"one of them, on the queue of {department}")
                print(_json(hand_off))
                return


def _print_doors(home: Home, identity: str) -> None:
    _heading("open until Ctrl-C")
    print(f"  webhooks   {home.api_url}/webhooks/{{platform}}/{{account}}")
    print(f"  lookup     {home.api_url}/customers/lookup")
    print(f"  AWS        {home.endpoint}   (AWS_ENDPOINT_URL for any AWS tool; the key is test, the secret test)")
    _heading("try, in another terminal")
    print("  make send platform=telegram payload=photo_caption")
    print('  curl -sG -H "Authorization: Bearer $(make -s token)" \\')
    print(f'       --data-urlencode "identity={identity}" {home.api_url}/customers/lookup')
    print("  make -s token department=care     a token that sees only the cases of one department")
    print("  make ledger                       whether anything is missing")
    _heading("answer her: what arrives at the platform's stand-in is shown here")
    print('  curl -s -H "Authorization: Bearer $(make -s token)" -H "Idempotency-Key: 1" \\')
    print(f"       -H \"Content-Type: application/json\" -d '{vendors.example_answer()}' \\")
    print(f"       {home.api_url}/customers/{customer_id(vendors.example().identity)}/replies")
    print()


def _stay(home: Home, process: "subprocess.Popen[bytes]", standin: StandIn) -> None:
    shown = 0
    while process.poll() is None:
        for arrived in standin.sent[shown:]:
            say(f"arrived on {arrived.channel} for {arrived.to}: {arrived.text or arrived.template}")
            shown += 1
        time.sleep(0.5)
    if process.returncode != 0:
        raise Trouble(f"the engine ended by itself; its last words are in {home.folder / 'engine.log'}")


def send(home: Home, platform: str, payload: str) -> None:
    """Replay one sample against the running system."""
    sample = samples.find(platform, payload)
    answer = sample.send(_running(home))
    say(f"{sample.platform}/{sample.name}: answered {answer.status_code}")
    for event in sample.events():
        print(f"  {event.kind}: {event.reason if isinstance(event, Ignored) else event.identity}")


def token(home: Home, departments: list[str]) -> None:
    here = _running(home)
    print(Issuer.of(here).token(here, departments=departments))


def mend(home: Home, arguments: list[str]) -> None:
    """Do what `infra.repair` does, here."""
    here = _running(home)
    doors = ("`make {command}`", "`make {command} do=1`")
    repair.main(arguments, stack=lambda _: Stack(here.outputs(), here.client, datetime.now(UTC), doors))


def stop(home: Home) -> None:
    say("stopped" if engine.stop(home) else "nothing was running")


def wipe(home: Home) -> None:
    if engine.running(home):
        raise Trouble("it is running: stop it first, with Ctrl-C there or 'make stop' here")
    shutil.rmtree(home.folder, ignore_errors=True)
    say(f"wiped {home.folder.name}")


def _running(home: Home) -> Home:
    if engine.running(home) is None:
        raise Trouble("nothing is running: start it with 'make run' in another terminal")
    return Home(home.folder, home.recall("running")["port"])


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _counts(found: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(found.items()) if number)


def _heading(text: str) -> None:
    print(f"\n{text}\n")


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    doors = parser.add_subparsers(dest="door", required=True)
    doors.add_parser("run").add_argument("--port", type=int, default=4566)
    for name in ("stop", "wipe"):
        doors.add_parser(name)
    sending = doors.add_parser("send")
    sending.add_argument("platform")
    sending.add_argument("payload")
    doors.add_parser("token").add_argument("departments", nargs="*")
    doors.add_parser("repair").add_argument("arguments", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    home = Home(given.folder, getattr(given, "port", 0))
    actions = {
        "run": lambda: run(home),
        "stop": lambda: stop(home),
        "wipe": lambda: wipe(home),
        "send": lambda: send(home, given.platform, given.payload),
        "token": lambda: token(home, given.departments),
        "repair": lambda: mend(home, given.arguments),
    }
    try:
        actions[given.door]()
    except Trouble as trouble:
        sys.exit(f"mostrador: {trouble}")


if __name__ == "__main__":
    main()
