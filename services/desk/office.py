"""The company's directory, read from its playbook as it is now."""

from dataclasses import dataclass

from services.desk import contract_directory as contract
from services.desk.asked_directory import DirectoryQuery
from services.desk.keeping import Keeping
from shared.directory import Directory, who_may_promise
from shared.directory import directory as directory_of
from shared.errors import InvalidParameter


@dataclass(frozen=True, slots=True)
class Office:
    """Whoever may hand a case over may know to whom: no department's limits hold here."""

    keeping: Keeping

    def directory(self, query: DirectoryQuery) -> contract.Directory:
        """Return all departments, and all people or those who may promise what is asked for; raises `InvalidParameter`
        where nobody may."""
        playbook, now = self.keeping.playbook(), self.keeping.now()
        until, known = query.term(now), directory_of(playbook, now)
        people = who_may_promise(playbook, matter=query.matter, until=until, now=now) if query.matter else known.people
        return contract.Directory(
            departments=tuple(map(contract.Department.model_validate, known.departments)),
            people=tuple(map(contract.Colleague.model_validate, people)),
            anybody_may_promise=not playbook.people,
        )

    def department(self, name: str) -> contract.DepartmentWithPeople:
        """Return one department with its people; raises `InvalidParameter` for one that there is not."""
        known = self._now()
        found = next((each for each in known.departments if each.name == name), None)
        if found is None:
            names = ", ".join(each.name for each in known.departments)
            raise InvalidParameter("name", f"there is no such department; name one of: {names}")
        people = [each for each in known.people if name in each.departments]
        on_call_first = sorted(people, key=lambda each: name not in each.on_call)
        said = contract.Department.model_validate(found).model_dump()
        return contract.DepartmentWithPeople(
            **said, people=tuple(map(contract.Colleague.model_validate, on_call_first))
        )

    def _now(self) -> Directory:
        return directory_of(self.keeping.playbook(), self.keeping.now())
