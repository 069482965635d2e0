"""One fuzz target, which libFuzzer runs in a process of its own: `python -m tests.fuzz.target verify meta FOLDER`.

Atheris instruments the platform's code, and keeps those inputs that reach something new.
"""

import sys
from functools import partial

import atheris

with atheris.instrument_imports(include=["shared.platforms", "shared.store.journal", "shared.store.keys"]):
    from shared.platforms import load
    from tests.contract.platforms import EVERY
    from tests.fuzz.json_mutator import mutated
    from tests.fuzz.promises import PROMISES


def _by_bits(data: bytes, most: int) -> bytes:
    made: bytes = atheris.Mutate(data, most)  # another function once the fuzzer runs
    return made


def main(what: str, name: str, *options: str) -> None:
    """Hand one target to libFuzzer, which ends the process."""
    with atheris.instrument_imports(include=["shared.platforms"]):
        vendor = load(name)
    (platform,) = [found for found in EVERY if found.name == name]
    words = tuple(sorted({part for event in vendor.events for part in (event, *event.split("."))}))
    by_json = {"custom_mutator": partial(mutated, _by_bits, words)} if what == "normalise" else {}
    atheris.Setup([sys.argv[0], *options], partial(PROMISES[what], vendor, platform), **by_json)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
