"""`make fuzz minutes=N`: every target in turn, N minutes in all, each time from another seed."""

import sys
from random import SystemRandom

from tests.fuzz.campaign import KEPT, TARGETS, fuzz

if __name__ == "__main__":
    seconds = max(1, int(float(sys.argv[1]) * 60 / len(TARGETS)))
    broken = 0
    for what, platform in TARGETS:
        seed = SystemRandom().randrange(1, 2**31)
        sys.stdout.write(f"{what} of {platform.name}: {seconds} s, seed {seed} ... ")
        sys.stdout.flush()
        run = fuzz(what, platform, KEPT, until=f"-max_total_time={seconds}", seed=seed)
        sys.stdout.write(
            f"{run.executions} inputs, {'A PROMISE IS BROKEN' if run.found else 'all promises held'}\n{run.found}"
        )
        broken += bool(run.found)
    sys.exit(f"{broken} targets broke a promise; the inputs that did it are {KEPT}/found-*" if broken else 0)
