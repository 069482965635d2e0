"""A process of its own that runs one handler again and again, and says how much processor time that took.

    python -I -S bench/worker.py MODULE FOLDER... < ORDERS

`FOLDER`s are where to import from. The first order is the invocation as JSON, each further one a number of times. Only
the handler's own process counts: what waits, what answers and what measures run elsewhere.
"""

import json
import os
import sys
from importlib import import_module
from time import process_time


def main() -> None:
    sys.path[:0] = sys.argv[2:]
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    handler = import_module(sys.argv[1]).handler
    invocation = json.loads(sys.stdin.readline())
    for order in sys.stdin:
        times = range(int(order))
        started = process_time()
        statuses = {handler(invocation, None)["statusCode"] for _ in times}
        taken = process_time() - started
        if statuses != {200}:
            sys.exit(f"{sys.argv[1]} answered {statuses}")
        print(taken / len(times), file=answers)


if __name__ == "__main__":
    main()
