"""E-mail through Amazon SES: what customers write to the company's mailboxes, and what became of our answers."""

CHANNELS = ("email",)
"""Without a window: whoever wrote a mail can be answered by mail for ever."""

RECEIVING = {"email": "SES bills 0.10 USD for 1,000 mails, and 0.09 USD for 1,000 times 256 KB of them"}
