"""Discourse, through a forum's own webhook: what customers write there in public, and in private to staff."""

CHANNELS = ("forum",)
"""Without a window: a topic can be answered as long as it is open."""

UNNAMED_ANSWERS = CHANNELS
"""A post says which post of its topic it answers, and not whose that is."""

HEADERS = ("x-discourse-event", "x-discourse-instance")
"""What happened, and at which address, stands beside the body alone."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing beyond the plan")
