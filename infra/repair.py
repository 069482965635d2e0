"""Says whether anything is missing, and sets it right.

    python -m infra.repair ledger    [--account telegram/shop_bot] [--since 2026-11-20T08:00Z] [--until ...]
    python -m infra.repair dead
    python -m infra.repair redrive
    python -m infra.repair refuse    NAME --reason "a vendor's test" --author "night shift"
    python -m infra.repair replay    [--account ...] [--since ...] [--until ...]
    python -m infra.repair clocks    [--account ...] [--since ...] [--until ...] [--playbook 7]
    python -m infra.repair reproject --account ... [--since ...] [--until ...]     or  --identity ...

Whatever changes something only looks, and says what it would change; with `--do` it is done. Nothing personal is
printed. Without `--since` the last 24 hours are meant; `infra/README.md` says when to use which.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from infra.stack import Stack
from infra.timing import HEAD, punctuality
from shared.errors import MostradorError
from shared.ledger import Balance
from shared.repair.dead import stuck
from shared.repair.difference import Difference
from shared.repair.redrive import Refusal, move_back, project_again
from shared.repair.redrive import refuse as refuse_units
from shared.repair.replay import replay as replayed
from shared.repair.reproject import reproject as reprojected
from shared.spans import span
from shared.store import keys, playbooks
from shared.store.ledger import Span, balance_of, requests
from shared.store.table import Table

_MOST = 50
"""How many lines of a list are printed."""

_SUMS = ("deliveries", "received", "journalled", "duplicate", "ignored", "refused", "pending")


def ledger(stack: Stack, given: argparse.Namespace) -> int:
    """Print the balance of every account, or of one; return 1 when one does not balance."""
    spans = _spans(stack, given)
    found = {f"{each.platform}/{each.account}": _balance(stack, each) for each in spans}
    print(f"What came {_between(spans)}, in units, and what became of every one:\n")
    _print_table(
        [("account", *_SUMS, "")],
        [(name, *_sums(balance), "" if balance.balances else "DOES NOT BALANCE") for name, balance in found.items()],
    )
    for name, balance in found.items():
        _print_list(f"\n{name}", _details(balance))
    spill = stack.queue("spill").backlog()
    print(
        f"\nOn the spill queue, of all accounts: {spill.waiting + spill.in_flight}, and {spill.dead_letters} given up."
    )
    missing = [name for name, balance in found.items() if not balance.balances]
    pending = sum(_sums(balance)[-1] for balance in found.values())
    if missing:
        print(f"{', '.join(missing)}: units are nowhere. Change nothing, and look into it with this span at hand.")
    elif pending or spill.dead_letters:
        print(f"Everything balances; units that are pending: {pending}. {stack.door('dead')} says what waits, and why.")
    else:
        print("Everything balances, and nothing is pending: there is nothing to do.")
    return 1 if missing else 0


def dead(stack: Stack, _: argparse.Namespace) -> int:
    """Print what is stuck, and all queues."""
    found, more = stuck(stack.table, now=stack.now, most=_MOST)
    for each in found:
        whose = f"{each.platform}/{each.account}" if each.platform else "-"
        received = f"{each.received_at:%Y-%m-%d %H:%M}" if each.received_at else "-"
        print(
            f"{each.name}  {each.kind:11} {each.what:10} {whose:28} received {received}  failed {each.attempts} times"
        )
        for reason, number in each.reasons.items():
            print(f"{'':18}{number:5} {reason} (code version {each.read_by})")
    if more:
        print(f"... and more; these {_MOST} are due first")
    backlogs = [queue.backlog() for queue in stack.queues]
    print()
    _print_table(
        [("queue", "waiting", "in flight", "dead letters")],
        [(each.queue, each.waiting, each.in_flight, each.dead_letters) for each in backlogs],
    )
    if found or any(each.dead_letters for each in backlogs):
        print(f"\nMend the cause, deploy, and then {stack.door('redrive')} shows what can be done again.")
    else:
        print("\nNothing is stuck and nothing was given up: there is nothing to do.")
    return 0


def redrive(stack: Stack, given: argparse.Namespace) -> int:
    """Do again what is stuck, and move dead letters back; or say what there is."""
    done = Counter(
        (each.kind, each.settled) for each in project_again(stack.projector, do=given.do, failed=_print_failure)
    )
    for (kind, settled), number in sorted(done.items(), key=str):
        print(f"{number:6} {kind}: {_OUTCOMES[settled]}")
    moved = [move_back(queue, do=given.do) for queue in stack.queues]
    for each in moved:
        if each.found:
            print(f"{each.found:6} dead letters of {each.queue}: {each.moved if given.do else 'none yet'} moved back")
    if not done and not any(each.found for each in moved):
        print("Nothing is stuck and nothing was given up: there is nothing to do.")
    elif not given.do:
        print(f"Nothing was changed. With {stack.door('redrive', do=True)} all of it is done again.")
    else:
        print(f"What is left, if anything, is listed by {stack.door('dead')}.")
    return 0


_OUTCOMES = {None: "would be done again now", True: "done", False: "cannot be done yet; it stays listed"}


def _print_failure(error: Exception) -> None:
    # Another's text may quote a payload.
    print(f"       failed: {error if isinstance(error, MostradorError) else type(error).__name__}")


def refuse(stack: Stack, given: argparse.Namespace) -> int:
    """Refuse the unreadable units of a delivery, or say how many there are."""
    units = refuse_units(given.name, Refusal(given.reason, given.author, stack.now), stack.table, do=given.do)
    if given.do:
        print(f"Refused {units} units. Their bytes stay: {stack.door('replay')} reads them once our code can.")
    else:
        print(f"Nothing was changed. With {stack.door('refuse', do=True)} these {units} units are refused.")
    return 0


def replay(stack: Stack, given: argparse.Namespace) -> int:
    """Read kept bytes again; print what differs."""
    found = (
        difference
        for each in _spans(stack, given)
        for difference in replayed(
            each, table=stack.table, bucket=stack.bucket, playbook=stack.playbook, now=lambda: stack.now, do=given.do
        )
    )
    return _print_differences(stack, "replay", found, do=given.do)


def reproject(stack: Stack, given: argparse.Namespace) -> int:
    """Compute projections again; print what differs."""
    if given.identity:
        people: Iterable[str] = [keys.identity(given.identity)]
    else:
        people = _people(_spans(stack, given), stack.table)
    found = reprojected(people, table=stack.table, playbook=stack.playbook, now=lambda: stack.now, do=given.do)
    return _print_differences(stack, "reproject", found, do=given.do)


def clocks(stack: Stack, given: argparse.Namespace) -> int:
    """Print how long customers were kept waiting, by channel, under the current playbook or another version."""
    spans = _spans(stack, given)
    playbook = playbooks.version(stack.table, given.playbook) if given.playbook else stack.playbook()
    people = ([*stack.table.query(partition)] for partition in _people(spans, stack.table))
    rows = list(punctuality(people, playbook, since=spans[0].since, until=spans[0].until)) if spans else []
    print(f"What began {_between(spans)}, by playbook version {playbook.version}, in open time:\n")
    _print_table([HEAD], rows)
    late = sum(int(str(row[4])) for row in rows)
    print(f"\nLate: {late}. GET /customers/{{id}}/clocks says of one customer when and why.")
    return 0


COMMANDS: dict[str, Callable[[Stack, argparse.Namespace], int]] = {
    "ledger": ledger,
    "dead": dead,
    "redrive": redrive,
    "refuse": refuse,
    "replay": replay,
    "reproject": reproject,
    "clocks": clocks,
}


def _spans(stack: Stack, given: argparse.Namespace) -> list[Span]:
    since, until = span(given.since, given.until, now=stack.now)
    names = [given.account] if given.account else stack.accounts()
    return [Span(*stack.account(name), since, until) for name in names]


def _people(spans: Iterable[Span], table: Table) -> list[str]:
    """Return the partitions of all whose events came in a time, by themselves or in a delivery."""
    found: dict[str, None] = {}
    for each in spans:
        for request in requests(each, table):
            partition = request["pk"]["S"]
            if partition.startswith(keys.DELIVERY_PREFIX):
                found |= dict.fromkeys(item["pk"]["S"] for item in table.requests(partition))
            else:
                found[partition] = None
    return list(found)


def _balance(stack: Stack, each: Span) -> Balance:
    return balance_of(each, table=stack.table, bucket=stack.bucket)


def _sums(balance: Balance) -> tuple[int, ...]:
    reasons = (sum(balance.ignored.values()), sum(balance.refused.values()))
    pending = sum(found.units for found in balance.pending.values())
    return (balance.deliveries, balance.received, balance.journalled, balance.duplicate, *reasons, pending)


def _details(balance: Balance) -> Iterator[str]:
    for what, reasons in (("ignored", balance.ignored), ("refused", balance.refused)):
        yield from (f"{number:8} {what}: {reason}" for reason, number in reasons.items())
    for where, found in balance.pending.items():
        yield f"{found.units:8} pending: with the {where} since {found.since:%Y-%m-%d %H:%M} UTC"


def _between(spans: Sequence[Span]) -> str:
    first, last = (spans[0].since, spans[0].until) if spans else (datetime.min, datetime.min)
    return f"from {first:%Y-%m-%d %H:%M} until {last:%Y-%m-%d %H:%M} UTC"


def _print_differences(stack: Stack, command: str, found: Iterable[Difference], *, do: bool) -> int:
    counts: Counter[str] = Counter()
    for number, each in enumerate(found, start=1):
        counts[f"{each.what} {each.change}"] += 1
        if number <= _MOST:
            print(f"{each.where}  {each.what} {each.change} {', '.join(each.fields)}".rstrip())
    if counts.total() > _MOST:
        print(f"... and {counts.total() - _MOST} more")
    for what, number in sorted(counts.items()):
        print(f"{number:6} {what}")
    if not counts:
        print("Nothing differs: there is nothing to do.")
    elif do:
        print(f"All of it was changed. {stack.door(command)} now finds no difference.")
    else:
        print(f"Nothing was changed. With {stack.door(command, do=True)} all of it is.")
    return 0


def _print_list(heading: str, lines: Iterable[str]) -> None:
    if found := list(lines):
        print("\n".join([heading, *found[:_MOST]]))
        if len(found) > _MOST:
            print(f"     ... and {len(found) - _MOST} more reasons")


def _print_table(head: Sequence[Sequence[object]], rows: Sequence[Sequence[object]]) -> None:
    texts = [[str(cell) for cell in row] for row in (*head, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for first, *others in texts:
        cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        print("  ".join((first.ljust(widths[0]), *cells)).rstrip())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.repair", description=__doc__.partition("\n")[0])
    parser.add_argument("--stack", default="mostrador")
    commands = parser.add_subparsers(dest="command", required=True)
    made = {name: commands.add_parser(name, help=command.__doc__) for name, command in COMMANDS.items()}
    for name in ("ledger", "replay", "reproject", "clocks"):
        made[name].add_argument("--account", help="<platform>/<account>, as in the webhook's URL; all without it")
        made[name].add_argument("--since", help="like 2026-11-20T08:00Z; a day before --until without it")
        made[name].add_argument("--until", help="exclusive; now without it")
    for name in ("redrive", "refuse", "replay", "reproject"):
        made[name].add_argument("--do", action="store_true", help="do it; without, it is only looked at")
    made["reproject"].add_argument("--identity", help="one person's address on a channel, instead of a span")
    made["clocks"].add_argument("--playbook", type=int, help="a version that was published; the current one without it")
    made["refuse"].add_argument("name", help="as `dead` names it")
    made["refuse"].add_argument("--reason", required=True)
    made["refuse"].add_argument("--author", required=True)
    return parser


def main(arguments: Sequence[str] | None = None, *, stack: Callable[[str], Stack] = Stack.deployed) -> None:
    given = _parser().parse_args(arguments)
    try:
        sys.exit(COMMANDS[given.command](stack(given.stack), given))
    except MostradorError as error:
        sys.exit(f"nothing more was done: {error}")


if __name__ == "__main__":
    main()
