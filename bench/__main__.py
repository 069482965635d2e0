"""Runs every measurement, prints a table, and writes `bench/results.json`.

python -m bench             all of them
python -m bench imports     some of them, by name: nothing is written
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bench import acknowledgement, calls, clocks, imports, kept, lookup, overdue, packed, peers
from bench.figures import Figure, to_json, to_table

MEASUREMENTS: Mapping[str, Callable[[], Iterator[Figure]]] = {
    "calls": calls.measure,
    "acknowledgement": acknowledgement.measure,
    "imports": imports.measure,
    "lookup": lookup.measure,
    "overdue": overdue.measure,
    "kept": kept.measure,
    "packed": packed.measure,
    "clocks": clocks.measure,
    "peers": peers.measure,
}

RESULTS = Path(__file__).with_name("results.json")


def main() -> None:
    names = sys.argv[1:] or list(MEASUREMENTS)
    figures: list[Figure] = []
    for name in names:
        print(f"measuring: {name}", file=sys.stderr)
        figures += MEASUREMENTS[name]()
    print(to_table(figures))
    print(f"\n{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}")
    if set(names) == set(MEASUREMENTS):
        RESULTS.write_bytes(to_json(figures))


if __name__ == "__main__":
    main()
