"""LinkedIn, through an app's webhook: comments on the company's page, and posts that mention or share it."""

CHANNELS = ("linkedin_comment",)
"""Without a window: a comment can be answered as long as it stands there."""

UNNAMED_ANSWERS = CHANNELS
"""A comment of the page's own has its `parentComment`, and nobody whom it answers."""

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
