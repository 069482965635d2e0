"""Zendesk's files: by an address with a token in it, which leads on to where Zendesk keeps them
(https://developer.zendesk.com/api-reference/ticketing/tickets/ticket-attachments/). Where the company asks for a
sign-in to see attachments, they are not to be had."""

from shared.media.places import MediaPort, at_its_url, has_url

PORT = MediaPort(has_url, at_its_url, places=frozenset({"*.zendesk.com", "*.zdusercontent.com"}))
