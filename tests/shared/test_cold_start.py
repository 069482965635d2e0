"""Nothing is looked through while a function is loaded, and what was loaded never again."""

import subprocess
import sys

from tests.template import ROOT

_LOADED = """
import gc
passes = []
gc.callbacks.append(lambda phase, info: passes.append(phase))
from shared.cold_start import loaded
circle = [] ; circle.append(circle) ; del circle
import pydantic, decimal, email.message
assert not passes
loaded()
assert gc.isenabled() and not passes
frozen = gc.get_freeze_count()
assert frozen > 1000
found = [[] for _ in range(100_000)]
assert passes
loaded()
assert gc.get_freeze_count() == frozen
print("fine")
"""


def test_garbage_is_looked_for_as_soon_as_a_function_is_loaded_and_not_before() -> None:
    told = subprocess.run([sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True)
    assert (told.stdout, told.stderr) == ("fine\n", "")
