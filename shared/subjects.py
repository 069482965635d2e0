"""How the journal names those who act in a tool of their department: by the tool's scheme, and its own name of them.

Nobody shows a token for that: AWS, or the tool, has proven who it is. So no token's subject may begin like that.
"""

from collections.abc import Mapping

SCHEMES: Mapping[str, str] = {"queue": "aws", "slack": "slack", "mail": "mail", "zendesk": "zendesk", "jira": "jira"}
"""By the kind of a department's connector, as in the playbook. Through a webhook nobody acts."""


def subject(kind: str, *names: str) -> str:
    """Return who acts by a connector of a kind, by the names that the tool has for them, the widest first."""
    return ":".join((SCHEMES[kind], *names))


def acts_by(who: str, kind: str) -> bool:
    """Return whether somebody acts by a connector of a kind."""
    return kind in SCHEMES and who.startswith(f"{SCHEMES[kind]}:")


def scheme_of(who: str) -> str | None:
    """Return the tool's scheme that a name begins with, blanks and capitals aside; none for any other name."""
    scheme, colon, _ = who.strip().casefold().partition(":")
    return scheme if colon and scheme in SCHEMES.values() else None
