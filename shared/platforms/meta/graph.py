"""How the Graph API is asked: which host knows a thing, and what its errors mean.

https://developers.facebook.com/docs/graph-api/guides/error-handling
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from shared.ports import Answer, Call, Presence, Thing

FACEBOOK = "graph.facebook.com"
INSTAGRAM = "graph.instagram.com"
HOSTS = frozenset({FACEBOOK, INSTAGRAM})
THINGS = ("page", "instagram", "whatsapp")

VERSION = "v26.0"

_TRANSIENT = "Meta asks us to wait, or has an outage; try again later"
_PERMISSION = (
    "the token may not read this: it needs pages_manage_metadata and pages_messaging (Page), "
    "instagram_manage_messages or instagram_business_manage_messages (Instagram), "
    "whatsapp_business_management (WhatsApp)"
)
_TOKEN = "the token has expired or was withdrawn: make a new one and publish it with `python -m infra.publish tokens`"  # noqa: S105

_ERRORS: Mapping[int, str] = {
    **dict.fromkeys((1, 2, 4, 17, 32, 341, 368, 613, *range(80000, 80015)), _TRANSIENT),
    **dict.fromkeys((3, 10, *range(200, 300)), _PERMISSION),
    **dict.fromkeys((102, 190, 463, 467), _TOKEN),
    100: "the id is none of a thing that this token can see: correct `things` in the playbook, or give its own token",
    803: "there is no such id: correct `things` in the playbook",
}
"""What to do, by the error's `code`. Rate limits: 4, 17, 32, 341, 613 and the 800xx of business use cases."""


def host(thing: Thing) -> str:
    """Return the host that knows a thing: Instagram has its own where no Page is in between (Instagram login)."""
    return INSTAGRAM if thing.kind == "instagram" and thing.through is None else FACEBOOK


def node(thing: Thing) -> str:
    """Return the id that stands in paths: an Instagram account is reached through its Page where it has one."""
    return thing.through or thing.id


def get(presence: Presence, thing: Thing, path: str, **query: str) -> Call:
    """Return a request; the token goes into a header, so that it is in no URL."""
    url = f"https://{host(thing)}/{VERSION}/{quote(path)}" + (f"?{urlencode(query)}" if query else "")
    return Call("GET", url, {"authorization": f"Bearer {presence.token_of(thing.id)}"})


def refusal(answer: Answer) -> str:
    """Return what to do about an answer that is an error."""
    error = answer.json().get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, int):
        return _ERRORS.get(code, f"Meta answered with error {code}")
    return _TRANSIENT if answer.status in (0, 429) or answer.status >= 500 else f"Meta answered {answer.status}"
