"""What the readers of all of Meta's products share."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, TypedDict

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict

from shared.models import Author, Event
from shared.platforms import Handler, Unit, ignored


class Wire(BaseModel):
    """A shape of Meta's: ids come as numbers here and as strings there."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True, defer_build=True
    )


Id = Annotated[str | None, BeforeValidator(lambda value: None if value == "" else value)]
"""An id or a word that may be missing: some webhooks write "" for that."""


class Frame(TypedDict):
    """What every event of a person has in common."""

    identity: str
    account: str
    channel: str
    thread: str
    author: Author | None
    occurred_at: datetime
    dated: bool


def author_of(what: str) -> str:
    """Return the id under which the author of a public text is kept when Meta does not say who it is.

    It names nobody but the author of that one text: they are heard, and cannot be taken for another.
    """
    return f"author-of-{what}"


def derived_id(unit: Unit) -> str:
    """Return an id for a unit to which Meta gave none."""
    return f"{unit.name}:{digest(unit.value)}"


def ignore(reason: str) -> Handler:
    """Return the reader of a unit that we know and do nothing with."""

    def reader(unit: Unit) -> list[Event]:
        return [ignored(unit, reason, derived_id(unit))]

    return reader


def digest(value: Any) -> str:
    """Return what tells a value from others, whether Meta wrote its ids as numbers or as strings."""
    return sha256(orjson.dumps(_with_text_ids(value), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def _with_text_ids(value: Any) -> Any:
    match value:
        case dict():
            return {key: _with_text_ids(member) for key, member in value.items()}
        case list():
            return [_with_text_ids(member) for member in value]
        case int() if not isinstance(value, bool):
            return str(value)
        case _:
            return value
