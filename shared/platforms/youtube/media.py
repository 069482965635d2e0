"""The picture of a comment on YouTube, where the comment says that it is. Of its host the documentation says nothing
(https://developers.google.com/youtube/v3/docs/comments#snippet.imageUrl): the playbook names it."""

from shared.media.places import FILES, MediaPort, at_its_url, has_url

PORT = MediaPort(has_url, at_its_url, things=(FILES,))
