"""What is wrong with what somebody wrote to us: which field, and what to do; nothing of what they wrote is in it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from shared.errors import InvalidParameter

_ADVICE = {
    "missing": "is missing; give it",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "literal_error": "must be {expected}",
    "extra_forbidden": "is no parameter here; remove it or correct its spelling",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "is empty; fill it in or leave it out",
    "string_too_long": "must have at most {max_length} characters",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "too_long": "must have at most {max_length} of them",
    "union_tag_not_found": "is missing; give it",
    "union_tag_invalid": "must be one of {expected_tags}",
}

_NAME = re.compile("[a-z_]{1,30}", re.ASCII)


def unreadable(errors: Sequence[Mapping[str, Any]], *, within: str) -> InvalidParameter:
    """Return the first of pydantic's errors as what is wrong `within` a query, a body or an act; what was written is
    named only if it is a name."""
    found = errors[0]
    name = next((part for part in reversed(found["loc"]) if isinstance(part, str)), within)
    advice = _ADVICE.get(found["type"], "cannot be read")
    return InvalidParameter(name if _NAME.fullmatch(name) else within, advice.format(**found.get("ctx", {})))
