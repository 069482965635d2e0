"""What a caller may ask, as the query string says it; pure."""

from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Literal

from pydantic import Field

from services.customer360.cursor import LONGEST
from shared.contacts import canonical, handle_value
from shared.errors import InvalidParameter
from shared.http.query import Query

type _Kind = Literal["phone", "email", "handle"]

_Text = Annotated[str | None, Field(min_length=1, max_length=512)]
_KINDS: tuple[_Kind, ...] = ("phone", "email", "handle")
_HELP: dict[_Kind, str] = {
    "phone": "is no international phone number; write it with its country code, such as +34600111222",
    "email": "is no e-mail address; write it as name@domain",
    "handle": "is empty but for its @; write the name",
}


def _with_plus(phone: str) -> str:
    """Return a phone with the plus sign that a query string turns into a space unless it is escaped."""
    return f"+{phone.strip().removeprefix('+')}"


_WRITTEN = {"phone": _with_plus}


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact point as it is indexed."""

    kind: _Kind
    value: str


class LookupQuery(Query):
    """Exactly one way to find somebody: `identity`, `phone`, `email`, or `handle` together with `platform`."""

    identity: _Text = Field(None, description="A person's address on a channel, as hand-offs and timelines name it.")
    phone: _Text = Field(None, description="International, such as +34600111222; the plus sign may be missing.")
    email: _Text = Field(None, description="An e-mail address; case does not count.")
    handle: _Text = Field(None, description="A name on one platform, with or without @; case does not count.")
    platform: Annotated[str | None, Field(pattern="^[a-z][a-z0-9_]{0,63}$")] = Field(
        None, description="With handle: its platform, such as x, telegram, instagram, facebook, whatsapp or app."
    )

    def way(self) -> str | Contact:
        """Return the identity or the contact point that is asked for.

        Raises `InvalidParameter` unless there is exactly one and it can be read.
        """
        given = {name: value for name in ("identity", *_KINDS) if (value := getattr(self, name)) is not None}
        if len(given) != 1:
            field = next(islice(given, 1, None), "identity")
            raise InvalidParameter(field, "give exactly one of identity, phone, email, or handle with platform")
        if self.platform is None and self.handle is not None:
            raise InvalidParameter("platform", "is missing; name the handle's platform, such as x or telegram")
        if self.platform is not None and self.handle is None:
            raise InvalidParameter("platform", "goes with handle only; leave it out")
        if self.identity is not None:
            return self.identity
        return next(self._contact(kind) for kind in _KINDS if kind in given)

    def _contact(self, kind: _Kind) -> Contact:
        value = canonical(kind=kind, value=_WRITTEN.get(kind, str)(getattr(self, kind)))
        if value is None:
            raise InvalidParameter(kind, _HELP[kind])
        if self.platform is not None:
            value = handle_value(namespace=self.platform, handle=value)
        return Contact(kind, value)


class TimelineQuery(Query):
    """Which page of a timeline."""

    cursor: Annotated[str | None, Field(min_length=1, max_length=LONGEST)] = Field(
        None, description="The next_cursor of the page before; the newest entries without one."
    )
    limit: Annotated[int, Field(ge=1, le=100)] = Field(20, description="How many entries at most.")
    channel: Annotated[str | None, Field(min_length=1, max_length=64)] = Field(
        None, description="Entries of this channel only, such as whatsapp or x_mention."
    )
