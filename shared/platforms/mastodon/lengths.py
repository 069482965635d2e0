"""How long a text is by Mastodon's own count (mastodon/mastodon, app/validators/status_length_validator.rb)."""

import re
from itertools import pairwise

from shared import graphemes
from shared.lengths import LengthUnit, links

_LINK = 23
_HANDLE = re.compile(r"(?<![=/\w])(@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)@[\w.-]*\w")
"""A name with its server (app/models/account.rb, `MENTION_RE`)."""


def without_servers(text: str) -> str:
    """Return a text with its handles as Mastodon shows and counts them: `@ana` for `@ana@example.com`."""
    return _HANDLE.sub(r"\1", text)


def _count(text: str) -> int:
    """Count signs: a link is 23, with `https://` alone, and a handle has no server."""
    edges = [0, *(edge for span in links(text, bare=False) for edge in span), len(text)]
    between = (text[start:end] for index, (start, end) in enumerate(pairwise(edges)) if index % 2 == 0)
    return graphemes.count(("x" * _LINK).join(map(without_servers, between)))


SIGNS = LengthUnit("mastodon", _count, "signs as Mastodon counts them (an emoji is one, a link has 23)")
