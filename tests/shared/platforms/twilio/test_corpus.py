"""Published requests, read file by file; none of them is copied into the project.

Most are of a test suite that leaves out what its own tests do not need: a status has no `To` there.
"""

from functools import partial

import pytest

from shared.models import Event, Message
from tests import corpus
from tests.shared.platforms.twilio.cases import events
from tests.shared.platforms.twilio.sender import CORPUS, written

FILES = corpus.files(CORPUS)
NAMED = {path.name: path for path in FILES}

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

ON_ITS_WAY = "ignored: on its way: Twilio tells when it was sent"
NO_TO = "unreadable: twilio message.{}: ValidationError at To"

EXPECTED = {
    **{
        f"bottender.whatsapp.{name}.{form}": outcome
        for name, outcome in {
            "imageMessageReceived": "message",
            "textMessageReceived": "message",
            "messageSent": "receipt",
            "messageDelivered": "receipt",
            "messageRead": "receipt",
        }.items()
        for form in ("json", "form.txt")
    },
    "chatwoot.does_not_update_the_message_if_the_status_is_not_a_support_s.json": ON_ITS_WAY,
    "chatwoot.updates_message_status_to_failed_and_updates_the_error_messa.json": NO_TO.format("failed"),
    "chatwoot.updates_message_status_to_failed_if_message_status_is_undeli.json": NO_TO.format("undelivered"),
    "chatwoot.updates_the_error_message_if_message_status_is_undelivered_a.json": NO_TO.format("failed"),
    "chatwoot.updates_the_message_if_the_status_is_delivered.json": NO_TO.format("delivered"),
    "chatwoot.updates_the_message_if_the_status_is_read.json": NO_TO.format("read"),
    **dict.fromkeys(
        (
            f"chatwoot.{name}.json"
            for name in """
            appends_to_existing_contact_if_contact_inbox_exists
            appends_to_existing_contact_if_contact_inbox_exists_with_nor
            appends_to_existing_contact_when_contact_inbox_exists_in_new
            appends_to_existing_contact_when_contact_inbox_exists_in_old
            appends_to_existing_contact_when_contact_inbox_exists_with_s
            backfills_contact_phone_number_when_a_phone_arrives_after_bs
            creates_a_contact_and_conversation_without_a_phone_number
            creates_a_new_conversation_if_last_conversation_is_resolved
            creates_a_new_conversation_in_appropriate_channel
            creates_a_new_conversation_when_payload_is_from_different_nu
            creates_a_new_message_in_existing_conversation
            creates_appropriate_conversations_message_and_contacts_if_co
            creates_contact_inbox_with_incoming_number_when_no_existing
            does_not_add_referral_attributes_when_referralsourceid_is_ab
            does_not_update_contact_name_when_current_name_is_different
            falls_back_to_formatted_phone_number_when_profilename_is_bla
            links_phone_and_bsuid_source_ids_to_the_same_contact
            removes_null_bytes
            reopen_last_conversation_if_last_conversation_is_resolved_an
            stores_normalized_referral_attributes_on_the_message
            updates_contact_name_when_current_name_matches_formatted_pho
            updates_existing_contact_name_when_current_name_matches_phon
            uses_formatted_phone_number_when_profilename_is_not_provided
            uses_profilename_as_contact_name
            uses_the_bsuid_without_the_provider_prefix_as_the_fallback_c
            will_not_create_a_new_conversation_if_last_conversation_is_n
            wont_throw_error_when_the_body_is_empty
            """.split()  # noqa: SIM905 - words are read as words
        ),
        "message",
    ),
}


def read(name: str) -> list[Event]:
    """Return the events of a file, which is a form or its parameters as JSON."""
    return events(written(NAMED[name].read_bytes().strip()))


def message(name: str) -> Message:
    (event,) = read(f"{name}.json")
    assert isinstance(event, Message)
    return event


def test_every_file_means_what_the_table_says() -> None:
    found = {name: corpus.read("twilio", partial(read, name)) for name in NAMED}
    assert found == {name: [outcome] for name, outcome in EXPECTED.items()}


def test_a_form_and_its_parameters_mean_the_same() -> None:
    for name in EXPECTED:
        if name.endswith(".form.txt"):
            assert read(name) == read(name.replace(".form.txt", ".json"))


def test_a_published_object_means_what_the_form_of_it_means() -> None:
    for name, outcome in EXPECTED.items():
        if name.endswith(".json") and not outcome.startswith("unreadable"):
            assert events(NAMED[name].read_bytes()) == read(name), name


def test_what_they_are_about_is_what_is_read_in_them() -> None:
    assert message("chatwoot.removes_null_bytes").text == "remove null bytes"
    (nothing_said,) = message("chatwoot.wont_throw_error_when_the_body_is_empty").attachments
    assert nothing_said.type == "unsupported"
    (picture,) = message("bottender.whatsapp.imageMessageReceived").attachments
    assert (picture.type, picture.mime_type) == ("image", "image/jpeg")
    (ad,) = message("chatwoot.stores_normalized_referral_attributes_on_the_message").attachments
    assert (ad.type, ad.id, ad.url) == ("referral", "120237244350960485", "https://fb.me/4tBfhWhjr")
    assert message("chatwoot.does_not_add_referral_attributes_when_referralsourceid_is_ab").attachments == ()


def test_a_person_without_a_number_has_their_ids() -> None:
    said = message("chatwoot.creates_a_contact_and_conversation_without_a_phone_number")
    assert said.identity.endswith(":IN.2081978709342942")
    assert said.author
    assert (said.author.handle, {point.kind for point in said.author.contacts}) == ("muhsin", {"platform_id", "handle"})
    both = message("chatwoot.links_phone_and_bsuid_source_ids_to_the_same_contact")
    assert both.author
    assert [(point.kind, point.value) for point in both.author.contacts] == [
        ("phone", "+919745786257"),
        ("platform_id", "IN.2081978709342942"),
    ]
