"""Processor time of reading and of verifying a delivery, against what people would use instead.

Each side has a process in an environment of its own, since libraries pin what others need newer; both get the same
bytes, and must make the same of them.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from subprocess import Popen
from urllib.parse import urlencode

import orjson

from bench.figures import Comparison, Figure, by_turns
from bench.processes import ROOT, ask, process

PYTHON = ROOT / ".peers" / "bin" / "python"
"""The environment of the others' libraries (`make peers-env`)."""

SLACK = "slack"
"""No platform of ours, but a tool: what it sends is made here."""

_TURNS = 60
_BATCH_SECONDS = 0.01
_WARM_UP = 200

type Case = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Contest:
    """One piece of work: how we do it (`bench/ours.py`) and how a library does (`bench/theirs.py`), on which sample.

    Without a goal, theirs does less than ours (`bench/README.md`).
    """

    work: str
    ours: str
    theirs: str
    library: str
    sample: str
    goal: float | None = 1.0


CONTESTS = (
    Contest("reading a Telegram update", "normalise", "python_telegram_bot", "python-telegram-bot", "telegram/text"),
    Contest("reading a Telegram update", "normalise", "aiogram", "aiogram", "telegram/text"),
    Contest("reading a WhatsApp message", "normalise", "pywa_handler", "pywa's handler", "meta/whatsapp_text"),
    Contest("reading a WhatsApp message", "normalise", "pywa", "pywa", "meta/whatsapp_text", goal=None),
    Contest("verifying a WhatsApp delivery", "verify", "pywa_signature", "pywa", "meta/whatsapp_text"),
    Contest("verifying a Twilio request", "verify", "twilio_signature", "twilio", "twilio/text"),
    Contest("verifying a Slack interaction", "slack_signature", "slack_signature", "slack-sdk", SLACK),
    Contest("reading a mail from SES", "mail", "anymail", "django-anymail", "ses/text"),
    Contest("reading a mail with attachments", "mail", "anymail", "django-anymail", "ses/attachments"),
)


def measure() -> Iterator[Figure]:
    """Yield how many times theirs our processor time is, for each piece of work."""
    if not PYTHON.exists():
        raise RuntimeError("the environment of the others' libraries is not there: make peers-env")
    for contest in CONTESTS:
        compared = compare(contest)
        low, high = compared.spread
        against = f"{contest.library}, one run by turns (quartiles {low:.2f} to {high:.2f})"
        yield Figure(
            f"{contest.work}: CPU, {contest.library}", round(compared.ratio, 2), "times", against, contest.goal
        )


def compare(contest: Contest, *, turns: int = _TURNS) -> Comparison:
    """Return the seconds of both sides, by turns; raises `RuntimeError` when they do not make the same of it."""
    with ExitStack() as stack:
        ours = stack.enter_context(process(["-I", "bench/contestant.py", "bench.ours", contest.ours], {}))
        theirs = stack.enter_context(
            process(["-I", "bench/contestant.py", "bench.theirs", contest.theirs], {}, python=PYTHON)
        )
        order = orjson.dumps(case(contest.sample)).decode()
        made, by_them = ask(ours, order), ask(theirs, order)
        if made != by_them:
            raise RuntimeError(f"{contest.work}: ours makes {made} of it, {contest.library} {by_them}")
        return by_turns(_batch(ours), _batch(theirs), turns=turns)


def _batch(side: Popen[str]) -> Callable[[], float]:
    """Return what takes the seconds of one piece of work of a side, once it is warm, over many of them."""
    ask(side, str(_WARM_UP))
    many = str(max(1, round(_BATCH_SECONDS / float(ask(side, str(_WARM_UP))))))
    return lambda: float(ask(side, many))


def case(sample: str) -> Case:
    """Return a delivery as the platform sends it, signed now."""
    if sample == SLACK:
        return _slack()
    platform, _, name = sample.partition("/")
    sender = import_module(f"tests.shared.platforms.{platform}.sender")
    said = (ROOT / "tests" / "shared" / "platforms" / platform / "samples" / f"{name}.json").read_bytes()
    secret, url, now = (
        sender.SECRETS[0],
        f"https://door.example/webhooks/{platform}/{sender.ACCOUNT}",
        datetime.now(UTC),
    )
    body = sender.written(said) if hasattr(sender, "written") else orjson.dumps(orjson.loads(said))
    body = sender.enclose(body, secret, now) if hasattr(sender, "enclose") else body
    return _case(platform, sender.ACCOUNT, url, body, secret, sender.sign(body, secret, now))


def _slack() -> Case:
    said = {"type": "block_actions", "user": {"id": "U1", "team_id": "T1"}, "actions": [{"action_id": "accept"}]}
    body, secret = urlencode({"payload": orjson.dumps(said).decode()}).encode(), "a signing secret of the bench"
    stamp = str(int(datetime.now(UTC).timestamp()))
    signature = hmac.digest(secret.encode(), b":".join((b"v0", stamp.encode(), body)), "sha256").hex()
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={signature}"}
    return _case("slack", "connectors", "https://door.example/connectors/slack", body, secret, headers)


def _case(platform: str, account: str, url: str, body: bytes, secret: str, headers: Mapping[str, str]) -> Case:
    return {
        "platform": platform,
        "account": account,
        "url": url,
        "body": b64encode(body).decode(),
        "secret": secret,
        "headers": dict(headers),
    }
