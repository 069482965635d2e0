"""Bluesky's pictures: where its own servers hand them out to everybody."""

from shared.media.places import MediaPort, Wanted, at_its_url, has_url


def has(wanted: Wanted) -> bool:
    return wanted.attachment.type == "image" and has_url(wanted)


PORT = MediaPort(has, at_its_url, places=frozenset({"cdn.bsky.app"}))
