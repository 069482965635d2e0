"""What changes about a person on WhatsApp: their ids, and what they want to receive.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import re
from collections.abc import Iterator

from pydantic import AliasChoices, AliasPath, AwareDatetime, Field

from shared.models import Event, ProfileChange
from shared.platforms import Handler, Unit, ignored
from shared.platforms.meta.reading import Id, Wire, derived_id
from shared.platforms.meta.whatsapp import people

# "User Ana Torres changed from ES.123 to ES.456": no field has the previous id.
_PREVIOUS = re.compile(rf"changed from ({people.USER_ID}) to \S+$")

_NEW_NUMBER = frozenset({"user_changed_number", "customer_changed_number"})
_NEW_ID = _NEW_NUMBER | {"user_changed_user_id"}
_NEW_KEYS = frozenset({"user_identity_changed", "customer_identity_changed"})


class _System(Wire):
    type: str
    body: str = ""
    wa_id: Id = Field(None, validation_alias=AliasChoices("wa_id", "new_wa_id"))
    user_id: Id = None
    parent_user_id: Id = None


class _Notice(Wire):
    id: str
    timestamp: AwareDatetime
    sender: Id = Field(None, alias="from")
    from_user_id: Id = None
    from_parent_user_id: Id = None
    system: _System


class _IdUpdate(Wire):
    timestamp: AwareDatetime
    wa_id: Id = None
    user_before: Id = Field(None, validation_alias=AliasPath("user_id", "previous"))
    user_after: Id = Field(None, validation_alias=AliasPath("user_id", "current"))
    parent_before: Id = Field(None, validation_alias=AliasPath("parent_user_id", "previous"))
    parent_after: Id = Field(None, validation_alias=AliasPath("parent_user_id", "current"))


class _Preference(Wire):
    timestamp: AwareDatetime
    wa_id: Id = None
    user_id: Id = None
    parent_user_id: Id = None
    value: str


def _noticed(unit: Unit) -> list[Event]:
    notice = _Notice.model_validate(unit.value)
    if notice.system.type in _NEW_ID:
        return list(_moved(unit, notice))
    if notice.system.type in _NEW_KEYS:
        # Another device has the account now, as after a new telephone or a stolen number.
        person = _whose(unit, notice, user=notice.from_user_id)
        frame = people.frame(unit, person, notice.timestamp)
        return [ProfileChange(**frame, external_id=notice.id, field="security_code")]
    return [ignored(unit, "a notice of WhatsApp's own in the chat", notice.id)]


def _moved(unit: Unit, notice: _Notice) -> Iterator[ProfileChange]:
    """Yield that a person's id has become another one, and that they gave up a number; both are kept under the previous
    id, where their history is."""
    new = notice.system
    current = new.parent_user_id or new.user_id or new.wa_id
    named = _PREVIOUS.search(new.body)
    last_resort = None if notice.sender else current
    person = _whose(unit, notice, user=notice.from_user_id or (named[1] if named else last_resort))
    own = [each for each in (person.author.contacts if person.author else ()) if each.kind == "platform_id"]
    after = [*people.phones(new.wa_id), *people.user_ids(new.user_id, new.parent_user_id)]
    yield ProfileChange(
        # The number of before may be somebody else's by now: only the new one is theirs.
        **people.frame(unit, person._replace(author=people.describe(None, [*own, *after])), notice.timestamp),
        external_id=notice.id,
        field="identity",
        previous=person.id if person.id != current else None,
        current=current,
    )
    before, now = (_phone(number) for number in (notice.sender, new.wa_id))
    if new.type in _NEW_NUMBER and before and before != now:
        numbers = people.phones(before, now)
        yield ProfileChange(
            **people.frame(unit, person._replace(author=people.describe(None, numbers)), notice.timestamp),
            external_id=f"{notice.id}:phone",
            field="phone",
            previous=before,
            current=now,
        )


def _phone(number: str | None) -> str | None:
    return next((phone.value for phone in people.phones(number)), None)


def _whose(unit: Unit, notice: _Notice, *, user: str | None) -> people.Person:
    return people.find(unit.context, parent=notice.from_parent_user_id, user=user, number=notice.sender)


def _id_updated(unit: Unit) -> list[Event]:
    update = _IdUpdate.model_validate(unit.value)
    previous, current = update.parent_before or update.user_before, update.parent_after or update.user_after
    named = people.find(unit.context, user=previous or current, number=update.wa_id)
    ids = people.user_ids(update.user_before, update.parent_before, update.user_after, update.parent_after)
    # Where a contact comes along, it has the new id already; the history is under the previous one.
    person = people.Person(previous or named.id, people.describe(named.author, ids))
    return [
        ProfileChange(
            **people.frame(unit, person, update.timestamp),
            external_id=derived_id(unit),
            field="identity",
            previous=previous,
            current=current,
        )
    ]


def _preferred(unit: Unit) -> list[Event]:
    preference = _Preference.model_validate(unit.value)
    person = people.find(
        unit.context, parent=preference.parent_user_id, user=preference.user_id, number=preference.wa_id
    )
    frame = people.frame(unit, person, preference.timestamp)
    return [ProfileChange(**frame, external_id=derived_id(unit), field="opt_in", current=preference.value)]


EVENTS: dict[str, Handler] = {
    "messages.system": _noticed,
    "user_id_update": _id_updated,
    "user_preferences": _preferred,
}
