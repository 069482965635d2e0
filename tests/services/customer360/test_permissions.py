"""The lookup's role lets it show all there is to show, note who was shown it, and nothing else."""

from shared.ids import customer_id
from tests.permissions import check, deployed
from tests.services.customer360.counter import ANA, ANA_ON_X, EVERYTHING, Counter, called, said

LOOKUP = "Customer360Function"
HERS = f"/customers/{customer_id(ANA)}"


def test_the_role_allows_all_that_the_lookup_asks_for_and_no_more() -> None:
    with deployed() as functions:
        counter = Counter(functions.table)
        counter.hear(said("1", "Me han cobrado dos veces", who=ANA), said("2", "Hola", who=ANA_ON_X))
        photo = said("3", "Mirad", who=ANA, attachments=({"type": "image", "id": "1"},))
        counter.hear(photo)
        counter.copied(photo)
        for path, query in (
            ("/customers/lookup", "phone=%2B34600111222"),
            ("/customers/lookup", f"identity={ANA}"),
            (HERS, ""),
            (f"{HERS}/timeline", ""),
            (f"{HERS}/clocks", ""),
            (f"{HERS}/links", ""),
            (f"{HERS}/links/preview", f"identity={ANA_ON_X}"),
            (f"{HERS}/audit", ""),
        ):
            answer = functions.wake(LOOKUP, called(path, query, claims=EVERYTHING))
            assert answer["statusCode"] == 200, answer["body"]
        check(LOOKUP, functions.needs[LOOKUP])
