"""Chatwoot's files: where the installation is, and where its storage is; the playbook names both where they are the
company's own (https://developers.chatwoot.com/self-hosted/deployment/storage/supported-providers)."""

from shared.hosts import KIND
from shared.media.places import FILES, MediaPort, Wanted, at_its_url, has_url

_LINKS = frozenset({"contact", "fallback", "location"})
"""What has the address of a page or of a place."""


def has(wanted: Wanted) -> bool:
    return wanted.attachment.type not in _LINKS and has_url(wanted)


PORT = MediaPort(has, at_its_url, places=frozenset({"app.chatwoot.com"}), things=(FILES, KIND))
