"""Who writes, and in whose name.

- `desk/write` lets its holder note, promise, and write needs and consents down; `customers/link` lets them say who is
  one person with whom.
- `department/<name>`, once or several times, limits that to what is done in the name of these departments and about
  their cases. Without any there is no such limit.
- `purpose/<name>` limits what is read, and nothing here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request

from shared.casework.steps import Agent
from shared.errors import Forbidden, InvalidParameter
from shared.http import scopes
from shared.http.writing import idempotency_key
from shared.ids import step_id
from shared.playbook import Playbook

WRITE = "desk/write"
LINK = "customers/link"


@dataclass(frozen=True, slots=True)
class Writer:
    """A token's subject, the departments that it is limited to, or none where there is no limit, and the key under
    which the request is done once."""

    subject: str
    departments: frozenset[str] | None
    key: str

    def step_id(self, identity: str) -> str:
        """Return the id of what the request does about an identity."""
        return step_id(subject=self.subject, identity=identity, idempotency_key=self.key)

    def reaches(self, department: str | None) -> bool:
        return self.departments is None or department in self.departments

    def agent(self, department: str | None, playbook: Playbook) -> Agent:
        """Return in whose name something is done: the department that is named, else the only one of the token, else
        nobody's.

        Raises `Forbidden` for one out of the token's reach, and `InvalidParameter` for one that the playbook has not
        got, and when the token is limited to several and none of them is named.
        """
        if department is None and self.departments:
            if len(self.departments) > 1:
                raise InvalidParameter("department", "is missing; the token is of several, so name one of them")
            (department,) = self.departments
        if not self.reaches(department):
            raise Forbidden(f"the token lacks the scope department/{department}", field="department")
        names = [each.name for each in playbook.departments]
        if department is not None and department not in names:
            raise InvalidParameter("department", f"there is no such department; name one of: {', '.join(names)}")
        return Agent(subject=self.subject, department=department)


def writer(request: Request, *, needed: str, playbook: Callable[[], Playbook]) -> Writer:
    """Return who makes a request, by the HTTP API's event (payload format 2.0) that it came with.

    Raises `Unauthenticated` when the gateway has put no claims there or they name nobody, `Forbidden` when they lack
    the scope that is needed or have one that means nothing, and only then `MalformedRequest` when there is no key.
    """
    event = request.scope.get("aws.event")
    limits = scopes.limits(scopes.scopes(event, needed=needed), playbook)
    return Writer(scopes.subject(event), limits.departments, idempotency_key(request))
