"""The projector's role lets it compute all that it computes, and nothing else."""

from shared.models import Delivery
from shared.store.journal import delivery_item
from tests.conftest import NOW
from tests.faults.stories import ASKS, LINKS, PARTS, STORIES, comes, one, said, unit
from tests.faults.wire import Call, Plan, calm
from tests.permissions import PARAMETERS, Functions, check, deployed
from tests.services.media.test_permissions import comes_by_mail
from tests.services.replies.test_permissions import conversation
from tests.shared.platforms.connect.cases import BUCKET, FILES, SAMPLES
from tests.shared.platforms.connect.sender import ACCOUNT

PROJECTOR = "ProjectorFunction"
SPARED = {
    "PartPeople: contact#*": "the mark that too many have an address comes off when the playbook allows more "
    "before those whom it linked are parted",
}
LARGE = said("meta", "batch", noise=900_000)
TO_EACH_DEPARTMENT = [
    one(unit("message.received", text, customer=f"u-{number}", text=text))
    for number, text in enumerate(("¿Dónde está mi pedido?", "No me funciona el router", "Me han cobrado dos veces"))
]


def tell_all(functions: Functions, plan: Plan = calm) -> None:
    """Let everything happen that the fault matrix knows, and what else may be journalled."""
    for story in (*STORIES.values(), (LARGE,), TO_EACH_DEPARTMENT):
        functions.begin(*story)
        functions.run(plan)
    comes_by_mail(functions, plan)
    is_written_down(functions, plan)
    conversation(functions, "telegram").ask("Hasta las dos.")
    functions.run(plan)


def is_written_down(functions: Functions, plan: Plan = calm) -> None:
    """Have Contact Lens write down a call, in the bucket of the company's instance."""
    functions.begin()
    bucket = PARAMETERS["ConnectBucket"]
    functions.engine.make_bucket(bucket)
    for name, file in FILES.items():
        functions.engine.client("s3").put_object(Bucket=bucket, Key=name, Body=file)
    for sample in ("analysis_redacted", "analysis_of_a_menu_redacted"):
        body = SAMPLES[sample].replace(f'"name": "{BUCKET}"'.encode(), f'"name": "{bucket}"'.encode())
        item = delivery_item(Delivery("connect", ACCOUNT, body, {}, NOW, "r"))
        assert isinstance(item, dict)
        assert functions.table.insert(item) is None
    functions.run(plan)


def parts(functions: Functions, *failing: str) -> None:
    """Let two be linked and parted at the desk, which leaves that to others: until the watch makes its rounds, what is
    woken by these sources (`""` is a request) takes nobody out of a customer."""

    def plan(_: int, call: Call) -> str | None:
        now, rounds = functions.world.wire.invocation, functions.world.progress.rounds
        is_left = now and now.woken_by in failing and not rounds and call.operation == "DeleteItem"
        return "fails" if is_left else None

    functions.begin(one(ASKS), comes("u-1002"), LINKS, PARTS)
    functions.run(plan)


def spills(functions: Functions) -> None:
    """Let things come while neither table nor bucket takes anything: they wait on the spill queue until they do."""
    for story in (one(ASKS), LARGE):
        functions.begin(story)
        functions.step(lambda _, call: "throttled" if call.service in ("dynamodb", "s3") else None)
        functions.run()


def test_the_role_allows_all_that_the_projector_asks_for_and_no_more() -> None:
    with deployed() as functions:
        tell_all(functions)
        spills(functions)
        parts(functions, "")
        check(PROJECTOR, functions.needs[PROJECTOR], spared=SPARED)
