"""Meta's words for what happens, and what each of them means: the tables of the four products in one."""

from shared.models import Event
from shared.platforms import Handler, Unit
from shared.platforms.meta import instagram, messaging, page
from shared.platforms.meta.reading import ignore
from shared.platforms.meta.whatsapp import business, calls, changes, messages, statuses


def _not_the_documented_shape(unit: Unit) -> list[Event]:
    raise TypeError(f"{unit.name} has not the documented shape")


EVENTS: dict[str, Handler] = {
    **messaging.EVENTS,
    **page.EVENTS,
    **instagram.EVENTS,
    **messages.EVENTS,
    **statuses.EVENTS,
    **calls.EVENTS,
    **changes.EVENTS,
    **business.EVENTS,
    "changed_fields": ignore("only a field's name: the subscription does not include values"),
    "user": ignore("the profile of a Facebook user who installed an app, not a customer of a Page"),
    "permissions": ignore("what a Facebook user allows an app"),
    **dict.fromkeys(
        ("entry", "messaging", "changes", "messages", "message_echoes", "statuses", "calls", "call_statuses"),
        _not_the_documented_shape,
    ),
}
