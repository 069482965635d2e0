"""E-mail through Amazon SES: what customers write to the company's mailboxes, and what became of our answers."""

CHANNELS = ("email",)
"""Without a window: whoever wrote a mail can be answered by mail for ever."""
