"""The published payloads that lie beside this checkout: every file has an outcome, and every outcome its file."""

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from shared.models import Delivery, Event
from tests import corpus
from tests.shared.platforms.meta.cases import META
from tests.shared.platforms.meta.sender import ACCOUNT, CORPUS

FILES = corpus.files(CORPUS)
NAMED = {f"{path.parent.name}/{path.name}": path for path in FILES}

pytestmark = pytest.mark.skipif(not FILES, reason=corpus.ABSENT)

OWN_ACCOUNT = "ignored: the standing of the company's own WhatsApp account"
OWN_NUMBER = "ignored: the standing of the company's own number"
TEMPLATE = "ignored: the review of one of the company's message templates"
THREAD = "ignored: which app holds the thread"
POLICY = "ignored: Facebook restricts the Page, or no longer does: the Page's support inbox tells why"
FAULT = "ignored: WhatsApp reports a fault of the account or the app, and no message"

EXPECTED: dict[str, list[str]] = {
    "messenger/bottender.accountLinkingLinked.json": ["profile_change"],
    "messenger/bottender.accountLinkingUnlinked.json": ["profile_change"],
    "messenger/bottender.appRoles.json": [THREAD],
    "messenger/bottender.audioMessage.json": ["message"],
    "messenger/bottender.customerChatPluginReferral.json": ["profile_change"],
    "messenger/bottender.fallbackMessage.json": ["message"],
    "messenger/bottender.fileMessage.json": ["message"],
    "messenger/bottender.hugeLikeStickerMessage.json": ["message"],
    "messenger/bottender.imageMessage.json": ["message"],
    "messenger/bottender.largeLikeStickerMessage.json": ["message"],
    "messenger/bottender.likeStickerMessage.json": ["message"],
    "messenger/bottender.linkReferral.json": ["profile_change"],
    "messenger/bottender.locationMessage.json": ["message"],
    "messenger/bottender.optin.json": ["profile_change"],
    "messenger/bottender.passThreadControl.json": [THREAD],
    "messenger/bottender.policyEnforcement.json": [POLICY],
    "messenger/bottender.postback.json": ["message"],
    "messenger/bottender.postbackReferral.json": ["message"],
    "messenger/bottender.quickReplyMessage.json": ["message"],
    "messenger/bottender.reactionReact.json": ["reaction"],
    "messenger/bottender.reactionUnreact.json": ["reaction"],
    "messenger/bottender.requestThreadControl.json": [THREAD],
    "messenger/bottender.requestThreadControlFromInbox.json": [THREAD],
    "messenger/bottender.takeThreadControl.json": [THREAD],
    "messenger/bottender.textMessage.json": ["message"],
    "messenger/bottender.textMessageFromCustomerChatPlugin.json": ["message"],
    "messenger/bottender.videoMessage.json": ["message"],
    "messenger/restfb.messaging-accountlinking-linked.json": ["profile_change"],
    "messenger/restfb.messaging-accountlinking-unlinked.json": ["profile_change"],
    "messenger/restfb.messaging-delivery-basic.json": ["receipt"],
    "messenger/restfb.messaging-message-basic-echo.json": ["message>"],
    "messenger/restfb.messaging-message-basic.json": ["message"],
    "messenger/restfb.messaging-message-fallback-attachment.json": ["message"],
    "messenger/restfb.messaging-message-isunsupported.json": ["message"],
    "messenger/restfb.messaging-message-location-attachment.json": ["message"],
    "messenger/restfb.messaging-message-nlp-error.json": ["message"],
    "messenger/restfb.messaging-message-quickreply.json": ["message"],
    "messenger/restfb.messaging-message-reply-1.json": ["message"],
    "messenger/restfb.messaging-message-reply-2.json": ["message"],
    "messenger/restfb.messaging-optin-basic.json": ["profile_change"],
    "messenger/restfb.messaging-postback-chat.json": ["message"],
    "messenger/restfb.messaging-postback-referral.json": ["message"],
    "messenger/restfb.messaging-referral-basic.json": ["profile_change"],
    "messenger/restfb.messaging-take-thread-control.json": [THREAD],
    "messenger/vercelchat.replay.deliveryConfirmation.json": ["receipt"],
    "messenger/vercelchat.replay.echoMessage.json": ["message>"],
    "messenger/vercelchat.replay.firstMessage.json": ["message"],
    "messenger/vercelchat.replay.imageAttachment.json": ["message"],
    "messenger/vercelchat.replay.legacyPostback.json": ["message"],
    "messenger/vercelchat.replay.postbackClick.json": ["message"],
    "messenger/vercelchat.replay.reactionAdded.json": ["reaction"],
    "messenger/vercelchat.replay.reactionRemoved.json": ["reaction"],
    "messenger/vercelchat.replay.readConfirmation.json": ["receipt"],
    "messenger/vercelchat.replay.secondMessage.json": ["message"],
    "facebook_page/restfb.feed-comment-add-with-photo.json": ["message>"],
    "facebook_page/restfb.feed-comment-add-with-video.json": ["message>"],
    "facebook_page/restfb.feed-comment-edited-25.json": ["edit>"],
    "facebook_page/restfb.feed-comment-edited-with-photo.json": ["edit>"],
    "facebook_page/restfb.feed-comment-hide.json": ["deletion>"],
    "facebook_page/restfb.feed-event-add.json": ["ignored: an album or event that the Page itself announces"],
    "facebook_page/restfb.feed-like-add-25.json": ["reaction"],
    "facebook_page/restfb.feed-like-add-comment-25.json": ["reaction"],
    "facebook_page/restfb.feed-like-add-page-25.json": ["profile_change"],
    "facebook_page/restfb.feed-photo-add-25.json": ["message>"],
    "facebook_page/restfb.feed-photo-hide.json": ["deletion>"],
    "facebook_page/restfb.feed-post-add-25.json": ["message"],
    "facebook_page/restfb.feed-post-hide.json": ["deletion>"],
    "facebook_page/restfb.feed-post-remove-25.json": ["deletion>"],
    "facebook_page/restfb.feed-reaction-add-comment.json": ["reaction>"],
    "facebook_page/restfb.feed-reaction-add-reply.json": ["reaction>"],
    "facebook_page/restfb.feed-reaction-add.json": ["reaction>"],
    "facebook_page/restfb.feed-reaction-remove.json": ["reaction>"],
    "facebook_page/restfb.feed-share-add-25.json": ["message>"],
    "facebook_page/restfb.feed-share-unhide.json": ["edit>"],
    "facebook_page/restfb.feed-status-add-25.json": ["message>"],
    "facebook_page/restfb.feed-status-edited-25.json": ["edit>"],
    "facebook_page/restfb.feed-status-edited-photos.json": ["edit>"],
    "facebook_page/restfb.feed-status-hide-25.json": ["deletion>"],
    "facebook_page/restfb.feed-status-unhide.json": ["edit"],
    "facebook_page/restfb.feed-video-add.json": ["message>"],
    "facebook_page/restfb.feed-video-edited.json": ["edit>"],
    "facebook_page/restfb.feed-video-hide.json": ["deletion>"],
    "facebook_page/restfb.feed-video-mute.json": ["ignored: Facebook's copyright check of the Page's own video"],
    "facebook_page/restfb.mention-comment-add.json": ["message"],
    "facebook_page/restfb.ratings-comment-edited-25.json": ["edit>"],
    "facebook_page/restfb.ratings-comment-remove-25.json": ["deletion"],
    "facebook_page/restfb.ratings-like-add-25.json": ["reaction"],
    "facebook_page/restfb.ratings-rating-remove-25.json": ["deletion"],
    "facebook_page/restfb.ratings-reaction-add.json": ["reaction"],
    "facebook_page/restfb.ratings-reaction-edit.json": ["reaction"],
    "facebook_page/restfb.standby-message-basic-echo.json": ["message>"],
    "facebook_page/restfb.user-workhistory.json": [
        "ignored: the profile of a Facebook user who installed an app, not a customer of a Page"
    ],
    "instagram/chatwoot.instagram_ig_post_event.json": ["message"],
    "instagram/chatwoot.instagram_ig_story_event.json": ["message"],
    "instagram/chatwoot.instagram_message_attachment_event.json": ["message"],
    "instagram/chatwoot.instagram_message_create_event.json": ["message"],
    "instagram/chatwoot.instagram_message_reply_event.json": ["message"],
    "instagram/chatwoot.instagram_message_standby_event.json": ["message"],
    "instagram/chatwoot.instagram_message_unsend_event.json": ["deletion"],
    "instagram/chatwoot.instagram_message_unsupported_event.json": ["message"],
    "instagram/chatwoot.instagram_shared_reel_event.json": ["message"],
    "instagram/chatwoot.instagram_story_mention_event.json": ["message"],
    "instagram/chatwoot.instagram_story_mention_event_with_echo.json": ["message>"],
    "instagram/chatwoot.instagram_story_reply_event.json": ["message"],
    "instagram/chatwoot.instagram_test_event.json": ["message"],
    "instagram/chatwoot.instagram_test_text_event.json": ["message"],
    "instagram/chatwoot.messaging_seen_event.json": ["receipt"],
    "instagram/restfb.messaging-attachment-unsupported.json": ["message"],
    "instagram/restfb.messaging-seen.json": ["receipt"],
    "instagram/restfb.wh-comments.json": ["message"],
    "instagram/restfb.wh-story_insights.json": ["ignored: figures about a story that has expired"],
    "instagram/vercelchat.replay.echoMessage.json": ["message>"],
    "instagram/vercelchat.replay.firstMessage.json": ["message"],
    "instagram/vercelchat.replay.quickReply.json": ["message"],
    "instagram/vercelchat.replay.reactionAdded.json": ["reaction"],
    "instagram/vercelchat.replay.storyReply.json": ["message"],
    "instagram/vercelchat.sample.quick_reply.json": ["message"],
    "instagram/vercelchat.sample.story_mention.json": ["message"],
    "instagram/vercelchat.sample.story_reply.json": ["message"],
    "instagram/vercelchat.sample.text_dm.json": ["message"],
    "whatsapp/bindambc.accountBanned.json": [OWN_ACCOUNT],
    "whatsapp/bindambc.contactMessage.json": ["message"],
    "whatsapp/bindambc.imageMessage.json": ["message"],
    "whatsapp/bindambc.stickerMessage.json": ["message"],
    "whatsapp/bindambc.textMessage.json": ["message"],
    "whatsapp/bindambc.textMessageStatusDelivered.json": ["receipt"],
    "whatsapp/pywa.account_update.account_deleted.json": [OWN_ACCOUNT],
    "whatsapp/pywa.account_update.account_restriction.json": [OWN_ACCOUNT],
    "whatsapp/pywa.call_connect.business_initiated.json": ["call>"],
    "whatsapp/pywa.call_connect.user_initiated.json": ["call"],
    "whatsapp/pywa.call_permission_update.accept.json": ["profile_change"],
    "whatsapp/pywa.call_permission_update.reject.json": ["profile_change"],
    "whatsapp/pywa.call_status.call_status.json": ["call>"],
    "whatsapp/pywa.call_terminate.call_terminate.json": ["call>", FAULT],
    "whatsapp/pywa.callback_button.button.json": ["message"],
    "whatsapp/pywa.callback_button.quick_reply.json": ["message"],
    "whatsapp/pywa.callback_button.quick_reply_without_context.json": ["message"],
    "whatsapp/pywa.callback_selection.callback.json": ["message"],
    "whatsapp/pywa.callback_selection.description.json": ["message"],
    "whatsapp/pywa.deleted_message.revoke.json": ["deletion"],
    "whatsapp/pywa.edited_message.image.json": ["edit"],
    "whatsapp/pywa.flow_completion.completion.json": ["message"],
    "whatsapp/pywa.flow_completion.without_flow_token.json": ["message"],
    "whatsapp/pywa.message.animated_sticker.json": ["message"],
    "whatsapp/pywa.message.audio.json": ["message"],
    "whatsapp/pywa.message.chosen_location.json": ["message"],
    "whatsapp/pywa.message.contacts.json": ["message"],
    "whatsapp/pywa.message.current_location.json": ["message"],
    "whatsapp/pywa.message.document.json": ["message"],
    "whatsapp/pywa.message.forwarded.json": ["message"],
    "whatsapp/pywa.message.forwarded_many_times.json": ["message"],
    "whatsapp/pywa.message.image.json": ["message"],
    "whatsapp/pywa.message.interactive_message_with_err.json": ["message", FAULT],
    "whatsapp/pywa.message.media_with_url.json": ["message"],
    "whatsapp/pywa.message.order.json": ["message"],
    "whatsapp/pywa.message.reaction.json": ["reaction"],
    "whatsapp/pywa.message.referral.json": ["message"],
    "whatsapp/pywa.message.reply.json": ["message"],
    "whatsapp/pywa.message.static_sticker.json": ["message"],
    "whatsapp/pywa.message.text.json": ["message"],
    "whatsapp/pywa.message.unreaction_empty.json": ["reaction"],
    "whatsapp/pywa.message.unreaction_no_emoji.json": ["reaction"],
    "whatsapp/pywa.message.unsupported.json": ["message"],
    "whatsapp/pywa.message.unsupported_with_type.json": ["message"],
    "whatsapp/pywa.message.video.json": ["message"],
    "whatsapp/pywa.message.voice.json": ["message"],
    "whatsapp/pywa.message_status.delivered.json": ["receipt"],
    "whatsapp/pywa.message_status.failed.json": ["receipt"],
    "whatsapp/pywa.message_status.group.json": ["receipt"],
    "whatsapp/pywa.message_status.played.json": ["receipt"],
    "whatsapp/pywa.message_status.read.json": ["receipt"],
    "whatsapp/pywa.message_status.sent.json": ["receipt"],
    "whatsapp/pywa.message_status.with_tracker.json": ["receipt"],
    "whatsapp/pywa.outgoing_message.delete.json": ["deletion>"],
    "whatsapp/pywa.outgoing_message.edit.json": ["edit>"],
    "whatsapp/pywa.outgoing_message.text.json": ["message>"],
    "whatsapp/pywa.system.identity_change.json": ["profile_change"],
    "whatsapp/pywa.system.phone_number_change.json": ["profile_change", "profile_change"],
    "whatsapp/pywa.template_status_update.approved.json": [TEMPLATE],
    "whatsapp/pywa.template_status_update.rejected.json": [TEMPLATE],
    "whatsapp/pywa.user_marketing_preferences.resume.json": ["profile_change"],
    "whatsapp/pywa.user_marketing_preferences.signup.json": ["profile_change"],
    "whatsapp/restfb.webhook-incoming-message-audio.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-button.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-contacts.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-contacts2.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-emoji.json": ["reaction"],
    "whatsapp/restfb.webhook-incoming-message-error.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-image.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-location.json": ["message"],
    "whatsapp/restfb.webhook-incoming-message-status-bsuid.json": ["receipt"],
    "whatsapp/restfb.webhook-incoming-message-system-bsuid.json": ["profile_change"],
    "whatsapp/restfb.webhook-incoming-message-system.json": ["profile_change", "profile_change"],
    "whatsapp/restfb.webhook-incoming-message-unsupported.json": ["message"],
    "whatsapp/restfb.webhook-messageTemplateStatusUpdate-disabling.json": [TEMPLATE],
    "whatsapp/restfb.webhook-phoneNumberNameUpdate.json": [OWN_NUMBER],
    "whatsapp/vercelchat.bsuid_rotation_user_id_update.json": ["profile_change"],
    "whatsapp/vercelchat.image_message.json": ["message"],
    "whatsapp/vercelchat.interactive_button_reply.json": ["message"],
    "whatsapp/vercelchat.replay.firstMessage.json": ["message"],
    "whatsapp/vercelchat.replay.secondMessage.json": ["message"],
    "whatsapp/vercelchat.replay.statusUpdate.json": ["receipt"],
    "whatsapp/vercelchat.status_update_message_delivered.json": ["receipt"],
    "whatsapp/vercelchat.system_message_user_changed_number.json": ["profile_change", "profile_change"],
    "whatsapp/vercelchat.system_message_user_changed_user_id.json": ["profile_change"],
    "whatsapp/vercelchat.text_message_with_business_scoped_user_ids.json": ["message"],
}


def enveloped(path: Path) -> bytes:
    """Return a file as Meta would send it.

    Those of bottender are single messaging items, whose keys that library has put into camel case.
    """
    if not path.name.startswith("bottender."):
        return path.read_bytes()
    item = _snake_case(orjson.loads(path.read_bytes()))
    page = item["recipient"]["id"]
    return orjson.dumps({"object": "page", "entry": [{"id": page, "time": item["timestamp"], "messaging": [item]}]})


def _snake_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower(): _snake_case(inner) for name, inner in value.items()}
    return [_snake_case(inner) for inner in value] if isinstance(value, list) else value


def read(path: Path) -> list[Event]:
    return META.normalise(Delivery("meta", ACCOUNT, enveloped(path), {}, datetime(2026, 11, 3, 11, tzinfo=UTC)))


def test_every_file_means_what_the_table_says() -> None:
    assert {name: corpus.read("meta", partial(read, path)) for name, path in NAMED.items()} == EXPECTED
