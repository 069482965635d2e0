"""What WhatsApp tells a business about itself. Nobody has written, so nothing is done with it.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

from shared.platforms import Handler
from shared.platforms.meta.reading import ignore

_FIELDS_OF = {
    "the standing of the company's own WhatsApp account": (
        "account_alerts",
        "account_review_update",
        "account_settings_update",
        "account_update",
        "business_capability_update",
        "business_status_update",
        "partner_solutions",
        "payment_configuration_update",
        "security",
    ),
    "the standing of the company's own number": (
        "business_username_update",
        "business_username_updates",
        "phone_number_name_update",
        "phone_number_quality_update",
    ),
    "the review of one of the company's message templates": (
        "message_template_components_update",
        "message_template_quality_update",
        "message_template_status_update",
        "template_category_update",
        "template_correct_category_detection",
    ),
    "who belongs to a group, and its settings": (
        "group_lifecycle_update",
        "group_participant_update",
        "group_participants_update",
        "group_settings_update",
        "group_status_update",
    ),
    "the past of a number that has just joined: told once, and nothing in it is new": ("history",),
    "the address book of the WhatsApp Business app: the company's words, not the customers'": ("smb_app_state_sync",),
    "which app holds the thread": ("messaging_handovers",),
    "a sale or a lead that Meta thinks it saw in the chat": ("automatic_events",),
    "the health of one of the company's forms": ("flows",),
}

EVENTS: dict[str, Handler] = {field: ignore(reason) for reason, fields in _FIELDS_OF.items() for field in fields}
