"""What a soak prints at its end."""

from collections import Counter
from collections.abc import Mapping, Sequence

from infra.local.soak.faults import Killer, Line
from infra.local.soak.probes import Times
from infra.local.soak.senders import Sent
from shared.ledger import Balance


def show(title: str, figures: Mapping[str, object]) -> None:
    print(f"\n{title}\n")
    for name, value in figures.items():
        print(f"  {name:42} {value}")


def of_the_sending(sent: Sent, *, rate: float) -> dict[str, object]:
    return {
        "deliveries answered 200": f"{sent.answered.total()} in {sent.seconds:.0f} s, {rate:g} new ones a second",
        "retries until then": f"{sent.retries}: {counts(sent.refusals)}",
    }


def of_the_faults(line: Line, killer: Killer) -> dict[str, object]:
    return {
        "calls that functions made": line.calls,
        "of them failed": f"{line.injected.total()}: {counts(line.injected)}",
        "processes killed": f"{killer.killed.total()}: {counts(killer.killed)}",
    }


def of_the_ledgers(balances: Mapping[str, Balance]) -> dict[str, object]:
    return {name: _sum(found) for name, found in balances.items()}


def _sum(found: Balance) -> str:
    parts = {
        "journalled": found.journalled,
        "duplicate": found.duplicate,
        "ignored": sum(found.ignored.values()),
        "refused": sum(found.refused.values()),
        "pending (unreadable)": sum(each.units for each in found.pending.values()),
    }
    sign = "=" if found.balances else "IS NOT"
    return (
        f"{found.received} received {sign} {' + '.join(f'{number} {name}' for name, number in parts.items() if number)}"
    )


def of_the_times(times: Times) -> dict[str, object]:
    named = {
        "from door to lookup": times.door_to_lookup,
        "floor: a bare put and get": times.put_and_get,
        "floor: a request answered without a call": times.bare_request,
    }
    return {name: _quantiles(values) for name, values in named.items() if values}


def _quantiles(values: Sequence[float]) -> str:
    return f"p50 {quantile(values, 50):.3f} s, p99 {quantile(values, 99):.3f} s, of {len(values)}"


def quantile(values: Sequence[float], percent: int) -> float:
    """Return the smallest value that so many per cent of all do not exceed (nearest rank)."""
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def counts[K](found: "Counter[K]") -> str:
    return ", ".join(f"{number} {name}" for name, number in found.most_common()) or "none"
