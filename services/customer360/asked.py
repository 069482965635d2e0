"""What a caller may ask, as the query string says it; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated, Literal, get_args

from pydantic import Field

from services.customer360.access import Access
from services.customer360.contract import PARTS
from services.customer360.contract_history import ENTRY_KINDS
from services.customer360.cursor import LONGEST
from shared.casework.steps import Talk
from shared.contacts import canonical, found_under
from shared.errors import InvalidParameter
from shared.http.query import Query
from shared.ids import customer_id
from shared.spans import instant

type _Kind = Literal["phone", "email", "handle", "customer_number"]

_Text = Annotated[str | None, Field(min_length=1, max_length=512)]
_Short = Annotated[str | None, Field(min_length=1, max_length=64)]
_Cursor = Annotated[str | None, Field(min_length=1, max_length=LONGEST)]
_Limit = Annotated[int, Field(ge=1, le=100)]

_KINDS: tuple[_Kind, ...] = get_args(_Kind.__value__)
_HELP: dict[_Kind, str] = {
    "phone": "is no international phone number; write it with its country code, such as +34600111222",
    "email": "is no e-mail address; write it as name@domain",
    "handle": "is empty but for its @; write the name",
    "customer_number": "is empty; write the number that the company gave them",
}


def _with_plus(phone: str) -> str:
    """Return a phone with the plus sign that a query string turns into a space unless it is escaped."""
    return f"+{phone.strip().removeprefix('+')}"


_WRITTEN = {"phone": _with_plus}


def _past(as_of: str | None, now: datetime) -> datetime | None:
    at = instant("as_of", as_of) if as_of is not None else None
    if at is not None and at > now:
        raise InvalidParameter("as_of", "is in the future; name a past instant, or leave it out for now")
    return at


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact point as it is indexed."""

    kind: _Kind
    value: str


class Looked(Query):
    """What every look may say: why."""

    why: Annotated[str | None, Field(min_length=1, max_length=500)] = Field(
        None, description="The reason, for the record of who looked at this customer."
    )


class CustomerQuery(Looked):
    """Which parts of a customer, and as of when."""

    fields: Annotated[str | None, Field(min_length=1, max_length=512)] = Field(
        None, description=f"These parts only, with commas between: {', '.join(PARTS)}."
    )
    as_of: Annotated[str | None, Field(min_length=1, max_length=64)] = Field(
        None, description="What was known at this past instant, RFC 3339 with an offset. It reads the whole history."
    )

    def parts(self, access: Access) -> tuple[str, ...]:
        """Return the parts to show, in the answer's order.

        Raises `InvalidParameter` for one that there is not, and `Forbidden` for one that the token's purposes leave
        out.
        """
        if self.fields is None:
            return tuple(part for part in PARTS if access.shows(part))
        wanted = {name.strip() for name in self.fields.split(",")}
        if not wanted <= set(PARTS):
            raise InvalidParameter("fields", f"names a part that there is not; choose from {', '.join(PARTS)}")
        for part in sorted(wanted):
            access.must_show(part)
        return tuple(part for part in PARTS if part in wanted)

    def instant(self, now: datetime) -> datetime | None:
        """Return the past instant that is asked about, or none; raises `InvalidParameter` for one that is to come."""
        return _past(self.as_of, now)


class ClocksQuery(Looked):
    """Which clocks, by which rules, and as of when."""

    playbook: Annotated[int | None, Field(ge=1)] = Field(
        None, description="By the targets and calendars of this version; of the current one without it."
    )
    as_of: Annotated[str | None, Field(min_length=1, max_length=64)] = Field(
        None, description="As they stood at this past instant, RFC 3339 with an offset, by all that is known today."
    )
    channel: _Short = Field(None, description="On this channel only, such as whatsapp or x_mention.")
    late: bool | None = Field(None, description="Only those that were late, or only those that were not.")
    limit: _Limit = Field(20, description="How many at most, the last begun ones.")
    cursor: _Cursor = Field(None, description="The next_cursor of the page before; the last begun ones without one.")

    @property
    def filters(self) -> tuple[str | None, ...]:
        late = None if self.late is None else str(self.late)
        return (str(self.playbook) if self.playbook else None, self.as_of, self.channel, late)

    def instant(self, now: datetime) -> datetime | None:
        """Return the past instant that is asked about, or none; raises `InvalidParameter` for one that is to come."""
        return _past(self.as_of, now)


class LookupQuery(CustomerQuery):
    """Exactly one way to find somebody: identity, phone, email, customer_number, or handle with platform."""

    identity: _Text = Field(None, description="A person's address on a channel, as hand-offs and timelines name it.")
    phone: _Text = Field(None, description="International, such as +34600111222; the plus sign may be missing.")
    email: _Text = Field(None, description="An e-mail address; case does not count.")
    handle: _Text = Field(None, description="A name on one platform, with or without @; case does not count.")
    platform: Annotated[str | None, Field(pattern="^[a-z][a-z0-9_]{0,63}$")] = Field(
        None, description="With handle: its platform, such as x, telegram, instagram, facebook, whatsapp or app."
    )
    customer_number: _Text = Field(None, description="The company's own; case and blanks do not count.")

    def way(self) -> str | Contact:
        """Return the identity or the contact point that is asked for.

        Raises `InvalidParameter` unless there is exactly one and it can be read.
        """
        given = {name: value for name in ("identity", *_KINDS) if (value := getattr(self, name)) is not None}
        if len(given) != 1:
            field = next(islice(given, 1, None), "identity")
            ways = "identity, phone, email, customer_number, or handle with platform"
            raise InvalidParameter(field, f"give exactly one of {ways}")
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
        return Contact(kind, found_under(kind=kind, value=value, namespace=self.platform or ""))


class TimelineQuery(Looked):
    """Which page of a timeline."""

    cursor: _Cursor = Field(None, description="The next_cursor of the page before; the newest entries without one.")
    limit: _Limit = Field(20, description="How many entries at most.")
    channel: _Short = Field(None, description="What was said on this channel only, such as whatsapp or x_mention.")
    department: _Short = Field(
        None, description="What this department did only, and the messages that its cases rest on."
    )
    kind: Annotated[str | None, Field(pattern=f"^({'|'.join(ENTRY_KINDS)})$")] = Field(
        None, description=f"Entries of this kind only: {', '.join(ENTRY_KINDS)}."
    )

    identity: _Text = Field(None, description="With thread: whose conversation it is.")
    thread: _Text = Field(
        None,
        description="What was said in this conversation of the identity's on the channel, and in those that it goes "
        "on from and in: a public thread and its private answers are one. Goes with identity and channel.",
    )
    whole: bool = Field(True, description="With thread: false leaves out what that one goes on from and in.")

    @property
    def filters(self) -> tuple[str | None, ...]:
        of_one = () if self.thread is None else (self.identity, self.thread, str(self.whole))
        return (self.channel, self.department, self.kind, *of_one)

    @property
    def talk(self) -> Talk | None:
        """Return the one conversation that is asked for, or none; raises `InvalidParameter` for half of its name."""
        if self.thread is None:
            if self.identity is not None:
                raise InvalidParameter("identity", "goes with thread only; leave it out")
            return None
        for field, said in (("identity", self.identity), ("channel", self.channel)):
            if said is None:
                raise InvalidParameter(field, "is missing; name the thread's as the lookup does")
        return Talk(identity=self.identity or "", channel=self.channel or "", thread=self.thread)


class PreviewQuery(Looked):
    """With whom the customer would be linked: exactly one of `identity` and `customer`."""

    identity: _Text = Field(None, description="The other, by an identity; or else:")
    customer: Annotated[str | None, Field(pattern="^cus_[a-z2-7]{26}$")] = Field(
        None, description="the other, by an id."
    )

    def other(self) -> tuple[str, str]:
        """Return the parameter that names the other one, and an id of theirs; raises `InvalidParameter` unless there is
        exactly one."""
        if (self.identity is None) == (self.customer is None):
            raise InvalidParameter("identity", "give exactly one of identity and customer")
        if self.identity is not None:
            return "identity", customer_id(self.identity)
        return "customer", self.customer or ""


class AuditQuery(Looked):
    """Which page of the record of who read and changed what."""

    cursor: _Cursor = Field(None, description="The next_cursor of the page before; the newest entries without one.")
    limit: _Limit = Field(50, description="How many entries at most.")
    kind: Literal["read", "change"] | None = Field(None, description="Entries of this kind only.")

    @property
    def filters(self) -> tuple[str | None, ...]:
        return (self.kind,)


QUERIES: Iterable[type[Query]] = (LookupQuery, TimelineQuery, PreviewQuery, AuditQuery, ClocksQuery)
