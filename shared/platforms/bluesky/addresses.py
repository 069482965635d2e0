"""What people and posts are called on the AT Protocol: https://atproto.com/specs/did, https://atproto.com/specs/at-uri-scheme."""

import re

POSTS = "app.bsky.feed.post"
"""The collection of a person's repository in which their posts are."""

DID = re.compile("did:[a-z]+:[A-Za-z0-9._:%-]{1,200}")
POST = re.compile(f"at://({DID.pattern})/{POSTS}/([A-Za-z0-9._~:-]{{1,512}})")
