"""Who asks, and what a token may see.

- `customers/read` lets its holder look customers up, `customers/link` see who else they might be, `customers/audit` see
  who looked at them and who changed what.
- `department/<name>`, once or several times, limits that to the cases of these departments: of other departments' cases
  the holder learns the department and the state, and the words that such a case rests on are withheld.
- `purpose/<name>`, once or several times, limits it to the parts of the answers that the playbook names for these
  purposes.
- Without any `department/...` or `purpose/...` scope there is no such limit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shared.errors import Forbidden
from shared.http import scopes
from shared.playbook import Playbook

READ = "customers/read"
LINK = "customers/link"
AUDIT = "customers/audit"


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may be shown: the cases of these departments, and these parts of the answers; all where there is
    no limit."""

    departments: frozenset[str] | None = None
    parts: frozenset[str] | None = None

    def reaches(self, department: str | None) -> bool:
        """Return whether what a department did may be read; what was done in nobody's name may be by everybody."""
        return self.departments is None or department is None or department in self.departments

    def shows(self, part: str) -> bool:
        return self.parts is None or part in self.parts

    def must_show(self, part: str) -> None:
        """Raise `Forbidden` for a part that the token's purposes leave out."""
        if not self.shows(part):
            raise Forbidden(f"the purposes of the token do not take {part}; ask with a token that has one that does")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, what limits it, and which request this is."""

    subject: str
    access: Access = Access()
    purposes: tuple[str, ...] = ()
    request_id: str = ""


def caller(event: object, *, needed: str, playbook: Callable[[], Playbook]) -> Caller:
    """Return who makes a request, by the HTTP API's event (payload format 2.0) that it came with; the playbook is asked
    for only when the token is limited.

    Raises `Unauthenticated` when the gateway's JWT authorizer has put no claims there or they name nobody, and
    `Forbidden` when they lack the scope that is needed, or have one that names no department or purpose of the
    playbook: it would show nothing, and whoever gave it meant something.
    """
    limits = scopes.limits(scopes.scopes(event, needed=needed), playbook)
    return Caller(
        subject=scopes.subject(event),
        access=Access(limits.departments, limits.parts),
        purposes=limits.purposes,
        request_id=scopes.request_id(event),
    )
