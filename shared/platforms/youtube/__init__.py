"""YouTube: what people write below the company's videos, which is asked for, and news of the videos themselves, which
Google's hub brings."""

CHANNELS = ("youtube_comment",)
"""Without a window: a comment can be answered for as long as it is there and its video takes comments."""

UNNAMED_ANSWERS = CHANNELS
"""Where a reply is answered, the answer says to whom by a handle alone."""

RECEIVING = {"youtube_comment": "nothing but a unit of the day's 10,000 for each call that asks"}
