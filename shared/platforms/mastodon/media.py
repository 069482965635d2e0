"""Mastodon's files: where the instance keeps its own and those that it has fetched from others, which the playbook
names (https://docs.joinmastodon.org/entities/MediaAttachment/)."""

from shared.hosts import KIND
from shared.media.places import FILES, MediaPort, at_its_url, has_url

PORT = MediaPort(has_url, at_its_url, things=(FILES, KIND))
