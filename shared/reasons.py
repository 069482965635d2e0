"""Why a platform refuses, told in sentences that say what to do: tables that are read by what the platform says."""

import re
from collections.abc import Sequence

type Reasons = Sequence[tuple[int | str | None, str, str]]
"""Rows of a status or an error's name (none fits all), a pattern of the platform's words, and our sentence. The first
that fits counts, and the last fits whatever comes."""


def told(reasons: Reasons, words: str, *named: int | str) -> str:
    """Return what to do about a refusal of this status or name, in these words; nothing of them is in the sentence."""
    fitting = (row for row in reasons if row[0] in (None, *named) and re.search(row[1], words, re.IGNORECASE))
    return next(fitting)[2]
