"""The desk's role lets it do all that people do there, and nothing else."""

from tests.faults.stories import STORIES
from tests.permissions import Need, arn_of, check, deployed
from tests.services.desk.test_role import calls as a_day

__all__ = ["a_day"]

DESK = "DeskFunction"


def needed(action: str, where: str) -> Need:
    """Return what a call of the day needs, which it has with a partition or with the index that it asks."""
    table = arn_of("Table")
    if where.startswith("index/"):
        return Need(action, f"{table}/{where}")
    return Need(action, table, frozenset({where}))


def test_the_role_allows_all_that_the_desk_asks_for_and_no_more(a_day: set[tuple[str, str]]) -> None:
    with deployed() as functions:
        for story in STORIES.values():
            functions.begin(*story)
            functions.run()
        check(DESK, functions.needs[DESK] | {needed(*call) for call in a_day})
