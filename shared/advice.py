"""Validation errors of what an operator wrote, as sentences that name the setting and say what to do."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError

_ADVICE = {
    "missing": "is missing; add it",
    "extra_forbidden": "is no setting here; remove it or correct its spelling",
    "int_type": "must be a whole number, without quotes",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "string_type": "must be text in quotes",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_long": "must have at most {max_length} characters",
    "tuple_type": "must be a list in square brackets",
    "too_short": "must have at least {min_length}",
    "literal_error": "must be {expected}",
    "model_type": "must be a table of settings",
    "model_attributes_type": "must be a table of settings",
    "union_tag_invalid": "has a {discriminator} that must be one of {expected_tags}",
    "union_tag_not_found": "must say its {discriminator}",
    "value_error": "{error}",
}


def advice(error: ValidationError, written: object) -> Iterator[str]:
    """Yield one sentence for each thing that pydantic refused in `written`, without the refused values."""
    for found in error.errors(include_url=False, include_input=False):
        sentence = _ADVICE.get(found["type"])
        text = found["msg"] if sentence is None else sentence.format(**found.get("ctx", {}))
        place = _place(found["loc"], written)
        yield f"{place}: {text}" if place else text


def _place(location: Sequence[int | str], written: object) -> str:
    """Return a setting's path, with a list's elements by their `name`, or else counted from one.

    Of settings of several kinds, pydantic names the kind in between; nobody wrote that.
    """
    path = ""
    for step in location:
        if isinstance(written, Mapping) and step == written.get("kind"):
            continue
        inner = _inside(written, step)
        if isinstance(step, str):
            path += f".{step}" if path else step
        else:
            name = _inside(inner, "name")
            path += f"[{name if isinstance(name, str) else step + 1}]"
        written = inner
    return path


def _inside(written: object, step: int | str) -> object:
    if isinstance(written, Mapping):
        return written.get(step)
    if isinstance(written, list) and isinstance(step, int):
        return written[step]
    return None
