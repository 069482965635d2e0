"""What people may write to us, in kinds: how long each may be, and which characters it may have."""

from typing import Annotated

from pydantic import StringConstraints

LINE = r"^[^\x00-\x1f\x7f]*$"
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=LINE)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, pattern=LINES)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=LINES)]
"""What a customer is told; each channel has a limit of its own."""

Why = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=LINES)]
