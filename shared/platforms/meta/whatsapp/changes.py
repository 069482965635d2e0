"""What changes about a person on WhatsApp: their ids, and what they want to receive.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

import re

from pydantic import AliasChoices, AliasPath, AwareDatetime, Field

from shared.models import Event, ProfileChange
from shared.platforms import Handler, Unit, ignored
from shared.platforms.meta.reading import Id, Wire, derived_id
from shared.platforms.meta.whatsapp import people

# "User Ana Torres changed from ES.123 to ES.456": no field has the previous id.
_PREVIOUS = re.compile(r"changed from ([A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}) to \S+$")

_NEW_ID = frozenset({"user_changed_number", "user_changed_user_id", "customer_changed_number"})
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
    previous: Id = Field(
        None, validation_alias=AliasChoices(AliasPath("parent_user_id", "previous"), AliasPath("user_id", "previous"))
    )
    current: Id = Field(
        None, validation_alias=AliasChoices(AliasPath("parent_user_id", "current"), AliasPath("user_id", "current"))
    )


class _Preference(Wire):
    timestamp: AwareDatetime
    wa_id: Id = None
    user_id: Id = None
    parent_user_id: Id = None
    value: str


def _noticed(unit: Unit) -> list[Event]:
    notice = _Notice.model_validate(unit.value)
    if notice.system.type in _NEW_ID:
        return [_moved(unit, notice)]
    if notice.system.type in _NEW_KEYS:
        # Another device has the account now, as after a new telephone or a stolen number.
        person = _whose(unit, notice, user=notice.from_user_id)
        frame = people.frame(unit, person, notice.timestamp)
        return [ProfileChange(**frame, external_id=notice.id, field="security_code")]
    return [ignored(unit, "a notice of WhatsApp's own in the chat", notice.id)]


def _moved(unit: Unit, notice: _Notice) -> ProfileChange:
    """Return that a person's id has become another one; it is kept under the previous id, where their history is."""
    new = notice.system
    current = new.parent_user_id or new.user_id or new.wa_id
    named = _PREVIOUS.search(new.body)
    last_resort = None if notice.sender else current
    person = _whose(unit, notice, user=notice.from_user_id or (named[1] if named else last_resort))
    return ProfileChange(
        # The number of before may be somebody else's by now: only the new one is theirs.
        **people.frame(unit, person._replace(author=people.describe(numbers=(new.wa_id,))), notice.timestamp),
        external_id=notice.id,
        field="identity",
        previous=person.id if person.id != current else None,
        current=current,
    )


def _whose(unit: Unit, notice: _Notice, *, user: str | None) -> people.Person:
    return people.find(unit.context, parent=notice.from_parent_user_id, user=user, number=notice.sender)


def _id_updated(unit: Unit) -> list[Event]:
    update = _IdUpdate.model_validate(unit.value)
    named = people.find(unit.context, user=update.previous or update.current, number=update.wa_id)
    # Where a contact comes along, it has the new id already; the history is under the previous one.
    person = named._replace(id=update.previous or named.id)
    return [
        ProfileChange(
            **people.frame(unit, person, update.timestamp),
            external_id=derived_id(unit),
            field="identity",
            previous=update.previous,
            current=update.current,
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
