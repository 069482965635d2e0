"""Zendesk: a hand-off is a ticket of the department's group, and a public comment on it is the answer.

`give.py` makes the ticket, `events.py` reads what Zendesk's webhooks tell of it.
"""
