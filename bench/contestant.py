"""A process of its own that does one thing to one delivery again and again: ours, or somebody else's library.

    python bench/contestant.py bench.theirs aiogram < ORDERS

The first order is the delivery as JSON, and is answered with what was made of it; each further one is a number of
times, and is answered with the seconds of processor time that one took. It runs in either environment, so it knows
neither's libraries.
"""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import process_time


def main() -> None:
    sys.path.append(str(Path(__file__).parents[1]))
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    prepare = getattr(import_module(sys.argv[1]), sys.argv[2])
    once: Callable[[], object] = prepare(json.loads(sys.stdin.readline()))
    print(json.dumps(once()), file=answers)
    for order in sys.stdin:
        times = range(int(order))
        started = process_time()
        for _ in times:
            once()
        print((process_time() - started) / len(times), file=answers)


if __name__ == "__main__":
    main()
