"""The fields of a message that are no content (https://core.telegram.org/bots/api#message, Bot API 10.2)."""

SERVICE = frozenset(
    """
    boost_added channel_chat_created chat_background_set chat_owner_changed chat_owner_left checklist_tasks_added
    checklist_tasks_done community_chat_added community_chat_removed connected_website delete_chat_photo
    direct_message_price_changed forum_topic_closed forum_topic_created forum_topic_edited forum_topic_reopened
    general_forum_topic_hidden general_forum_topic_unhidden gift_upgrade_sent giveaway_completed giveaway_created
    group_chat_created left_chat_member managed_bot_created message_auto_delete_timer_changed migrate_from_chat_id
    migrate_to_chat_id new_chat_members new_chat_photo new_chat_title paid_message_price_changed pinned_message
    poll_option_added poll_option_deleted proximity_alert_triggered refunded_payment successful_payment
    suggested_post_approval_failed suggested_post_approved suggested_post_declined suggested_post_paid
    suggested_post_refunded supergroup_chat_created video_chat_ended video_chat_participants_invited
    video_chat_scheduled video_chat_started write_access_allowed
    """.split()  # noqa: SIM905 - words are read as words
)
"""Fields with which a chat tells what happened in it; nobody said anything."""

ENVELOPE = frozenset(
    """
    author_signature business_connection_id caption caption_entities chat date direct_messages_topic edit_date effect_id
    entities ephemeral_message_id external_reply forward_date forward_from forward_from_chat forward_from_message_id
    forward_origin forward_sender_name forward_signature from guest_bot_caller_chat guest_bot_caller_user guest_query_id
    has_media_spoiler has_protected_content is_automatic_forward is_from_offline is_paid_post is_topic_message
    link_preview_options media_group_id message_id message_thread_id paid_star_count quote receiver_user reply_markup
    reply_to_checklist_task_id reply_to_message reply_to_poll_option_id reply_to_story rich_message sender_boost_count
    sender_business_bot sender_chat sender_tag show_caption_above_media suggested_post_info text via_bot
    """.split()  # noqa: SIM905 - words are read as words
)
"""Fields that say who, when, where and how, and the text itself."""
