"""The host of what a company runs itself, as its playbook names it: a name on the internet, and nothing that could lead
to another place."""

import re

from shared.ports import Presence

KIND = "host"
"""The kind of thing that names it in the playbook."""

_HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})")
"""A name under a top-level domain, without a port: neither an address nor a name of this machine's."""


def is_host(name: str) -> bool:
    """Return whether a name is one of a host on the internet, at the usual port."""
    return _HOST.fullmatch(name) is not None


def host_of(presence: Presence) -> str | None:
    """Return an account's host; none where the playbook names none, or what is none."""
    named = next((thing.id for thing in presence.things if thing.kind == KIND), "")
    return named if is_host(named) else None
