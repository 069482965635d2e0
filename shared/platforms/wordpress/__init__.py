"""WordPress: what customers write below the articles of the company's own blog, asked for again and again, since
WordPress calls nobody with a proof."""

CHANNELS = ("blog_comment",)
"""Without a window: a comment can be answered as long as its article takes comments."""

DELIVERED_BY = "poller"

RECEIVING = dict.fromkeys(CHANNELS, "nothing")
