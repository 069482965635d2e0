"""The README's conference of channels: what each can do, read from the code and tried on it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from infra.local.samples import Sample
from shared import platforms
from shared.errors import SignatureError
from shared.models import Request
from shared.platforms import load
from shared.replying import EVER, Rules
from tests.conftest import NOW
from tests.contract.platforms import EVERY, Sender
from tests.template import ROOT

HEAD = (
    "channel", "comes by", "proof", "brings", "answered", "until", "at most", "in private", "templates",
    "receiving costs", "answering costs", "gaps are filled", "health is asked",
)  # fmt: skip
KINDS = ("message", "edit", "deletion", "reaction", "receipt", "profile_change", "call")

UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))
NEVER = "-"


def span(length: timedelta) -> str:
    """Return a length of time: two days and more in days, two hours and more in hours."""
    unit, name = next((unit, name) for unit, name in UNITS if length >= 2 * unit or unit == UNITS[-1][0])
    return f"{length / unit:g} {name}"


def comes_by(platform: Sender) -> str:
    """Return how its events come to us: it may call, be asked, or both."""
    brought_by, poll = load(platform.name).delivered_by, platforms.poll(platform.name)
    service = [f"`services/{brought_by}`"] if brought_by and not poll else []
    return " and ".join([
        *([] if brought_by else ["webhook"]),
        *service,
        *([f"asking every {span(poll.every)}"] if poll else []),
    ])  # fmt: skip


def proof(platform: Sender) -> str:
    """Return what a request is proven by, and what of it that covers: what was changed there, and then refused."""
    if not platform.sender.SECRETS:
        return NEVER
    vendor, path = load(platform.name), f"https://door.example{platform.path}"
    good = platform.sign(platform.sample("text"))
    stale = platform.sign(platform.sample("text"), now=NOW - 2 * platform.tolerance)
    given = Request("POST", path, good.headers, {}, good.body)

    def refuses(changed: Request) -> bool:
        try:
            vendor.verify(changed, platform.proving, NOW)
        except SignatureError:
            return True
        return False

    assert not refuses(given)
    assert refuses(platform.forged(platform.sample("text")).request(platform.path))
    tried = {
        "URL": replace(given, url=f"{path}x"),
        "body": replace(given, body=good.body.replace(b"a", b"b", 1)),
        "time": Request("POST", path, stale.headers, {}, stale.body),
    }
    covered = [what for what, changed in tried.items() if refuses(changed)]
    kind = "certificate" if vendor.certificate else "signature" if covered else "token"
    return f"{kind}: {', '.join(covered)}" if covered else kind


def brings(platform: Sender) -> dict[str, set[str]]:
    """Return which kinds of event each channel's samples bring."""
    found: dict[str, set[str]] = {channel: set() for channel in load(platform.name).channels}
    for name in platform.samples():
        for event in Sample(platform.name, name).events():
            if event.kind != "ignored":
                found[event.channel].add(event.kind)
    return found


def answered(rules: Rules | None) -> str:
    if rules is None:
        return "no"
    if rules.only_summoned:
        return "when summoned"
    return "below a message" if rules.answers else "yes"


def until(channel: str, rules: Rules | None) -> str:
    window = platforms.windows()[channel]
    if rules is None or window is None:
        return NEVER if rules is None else "ever"
    granted = f" with `{rules.right}`" if rules.right else ""
    return span(window) + (f"; a person {span(rules.by_a_person)}{granted}" if rules.by_a_person else "")


def in_private(rules: Rules | None) -> str:
    if rules is None:
        return NEVER
    if rules.private_answer is None:
        return "no"
    private = rules.private_answer
    within = "ever" if private.within == EVER else span(private.within)
    return f"{'once, ' if private.once else ''}{within}: {private.longest} {private.unit.name}"


def filled(platform: Sender, channel: str) -> str:
    port = platforms.backfill(platform.name)
    if port and port.hosts and channel in (port.channels or load(platform.name).channels):
        return "yes"
    return "by the next poll" if platforms.poll(platform.name) else "no"


def health(platform: Sender) -> str:
    if platforms.subscription(platform.name):
        return "yes"
    return "by polling" if platforms.poll(platform.name) else "no"


def rows() -> Iterator[str]:
    """Yield the table's rows as the code has them, a channel each, in the order of the platforms."""
    for platform in EVERY:
        brought, how, proven = brings(platform), comes_by(platform), proof(platform)
        for channel in load(platform.name).channels:
            rules = platforms.rules().get(channel)
            yield row([
                f"`{channel}`",
                how,
                proven,
                ", ".join(kind.replace("_", " ") for kind in KINDS if kind in brought[channel]),
                answered(rules),
                until(channel, rules),
                f"{rules.longest} {rules.unit.name}" if rules else NEVER,
                in_private(rules),
                ("yes" if rules.templates else "no") if rules else NEVER,
                load(platform.name).receiving[channel],
                (rules.cost or "nothing") if rules else NEVER,
                filled(platform, channel),
                health(platform),
            ])  # fmt: skip


def row(cells: Sequence[str]) -> str:
    assert len(cells) == len(HEAD)
    assert not any("|" in cell for cell in cells)
    return f"| {' | '.join(cells)} |"


def test_the_conference_of_channels_is_the_code() -> None:
    table = (ROOT / "README.md").read_text().split("<!-- conference:")[1].split("<!-- /conference -->")[0]
    head, _, *written = [line for line in table.splitlines() if line.startswith("|")]
    assert head == row(HEAD)
    assert written == list(rows()), "paste these rows:\n" + "\n".join(rows())


def test_every_channel_brings_something() -> None:
    silent = [channel for platform in EVERY for channel, kinds in brings(platform).items() if not kinds]
    assert silent == [], "no sample of the twin is of these channels"


def test_a_length_of_time_is_told_in_its_own_unit() -> None:
    lengths = (timedelta(minutes=15), timedelta(minutes=90), timedelta(hours=24), timedelta(hours=48), timedelta(7))
    assert [span(length) for length in lengths] == ["15 min", "90 min", "24 h", "2 d", "7 d"]
