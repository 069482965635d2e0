"""The desk's paths: each takes a JSON body and an idempotency key, and answers what is kept."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Path, Request, Response, Security
from fastapi.security import HTTPBearer

from services.desk import asked, contract
from services.desk.commitments import Commitments
from services.desk.desk import Desk
from services.desk.keeping import Keeping
from services.desk.linking import Linking
from services.desk.people import People
from services.desk.writer import LINK, WRITE, Writer, writer
from shared.http import answering
from shared.http.writing import described, reader

_NAME = "desk"


def api(people: People | None, keeping: Keeping | None) -> FastAPI:
    """Return the service. Without its parts it can only be described, not called."""
    app = answering.service(_NAME, title="Mostrador: desk", summary="What the company notes, promises and decides.")
    if people is not None and keeping is not None:
        app.state.keeping = keeping
        app.state.desk = Desk(people, keeping)
        app.state.commitments = Commitments(people, keeping)
        app.state.linking = Linking(people, keeping)
    app.include_router(_writing)
    app.include_router(_linking)
    return app


_TOKEN = HTTPBearer(
    scheme_name="token",
    bearerFormat="JWT",
    auto_error=False,
    description="Verified by the gateway. `desk/write` lets its holder write, `customers/link` say who is one person "
    "with whom; each `department/<name>` limits that to this department's name and cases.",
)


def _router(scope: str) -> APIRouter:
    async def may_write(request: Request) -> None:
        playbook = request.app.state.keeping.playbook
        request.state.writer = writer(request, needed=scope, playbook=playbook)

    return APIRouter(
        route_class=answering.answered(_NAME),
        dependencies=[Security(_TOKEN, scopes=[scope]), Depends(may_write)],
        responses={
            400: answering.refusal("There is no idempotency key, or the body is no JSON object."),
            401: answering.refusal("There is no token that the gateway verified, or it says nothing of whose it is."),
            403: answering.refusal("The token lacks a scope, or has one that means nothing; `detail` names it."),
            404: answering.refusal("Nobody is known by that id."),
            413: answering.refusal("The body is too long."),
            415: answering.refusal("The body is no JSON by its own account."),
            422: answering.refusal("A field cannot be read or meant; `field` names it."),
            503: answering.refusal("The table could not be reached; repeat the request under its key."),
        },
    )


_writing, _linking = _router(WRITE), _router(LINK)


async def _who(request: Request) -> Writer:
    found: Writer = request.state.writer
    return found


async def _at_the_desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


async def _at_commitments(request: Request) -> Commitments:
    found: Commitments = request.app.state.commitments
    return found


async def _at_linking(request: Request) -> Linking:
    found: Linking = request.app.state.linking
    return found


_Desk = Annotated[Desk, Depends(_at_the_desk)]
_Commitments = Annotated[Commitments, Depends(_at_commitments)]
_Linking = Annotated[Linking, Depends(_at_linking)]
_Writer = Annotated[Writer, Depends(_who)]
_Id = Annotated[
    str, Path(alias="id", pattern="^cus_[a-z2-7]{26}$", description="Any id of the customer, as look-ups name it.")
]
_CommitmentId = Annotated[
    str, Path(pattern="^com_[a-z2-7]{26}$", description="The commitment's id, as it was answered and is looked up.")
]


def _operation(name: str, body: type[asked.Asked], answer: type[Any], *, in_its_way: str = "") -> dict[str, Any]:
    return {
        "operation_id": name,
        "status_code": 201,
        "response_model": answer,
        "response_description": "It is kept, now or by an earlier request that this one repeats.",
        "responses": {409: answering.refusal(in_its_way)} if in_its_way else {},
        "openapi_extra": described(body),
    }


_FULL = "The identity's card has no room for more of them."
_ENDED = "It has ended; `detail` says by whom and when. Or it is a refusal, which can only be withdrawn."


@_writing.post("/customers/{id}/notes", **_operation("note", asked.Note, contract.Note))
async def note(
    customer_id: _Id, said: Annotated[asked.Note, Depends(reader(asked.Note))], desk: _Desk, writer: _Writer
) -> Response:
    """Note something that colleagues should know."""
    return answering.json(desk.note(customer_id, said, writer), 201)


@_writing.post("/customers/{id}/needs", **_operation("need", asked.Need, contract.Need, in_its_way=_FULL))
async def need(
    customer_id: _Id, said: Annotated[asked.Need, Depends(reader(asked.Need))], desk: _Desk, writer: _Writer
) -> Response:
    """Write down what the customer asks for and the company does not do yet."""
    return answering.json(desk.need(customer_id, said, writer), 201)


@_writing.post("/customers/{id}/consents", **_operation("consent", asked.Consent, contract.Consent, in_its_way=_FULL))
async def consent(
    customer_id: _Id,
    said: Annotated[asked.Consent, Depends(reader(asked.Consent))],
    desk: _Desk,
    writer: _Writer,
) -> Response:
    """Write down what the customer allowed or forbade, and how we know."""
    return answering.json(desk.consent(customer_id, said, writer), 201)


@_writing.post("/customers/{id}/commitments", **_operation("commit", asked.Commitment, contract.Committed))
async def commit(
    customer_id: _Id,
    said: Annotated[asked.Commitment, Depends(reader(asked.Commitment))],
    commitments: _Commitments,
    writer: _Writer,
) -> Response:
    """Write down what the customer was promised or refused, and learn at once what it does not go together with."""
    return answering.json(commitments.commit(customer_id, said, writer), 201)


@_writing.post(
    "/customers/{id}/commitments/{commitment_id}/kept",
    **_operation("kept", asked.Asked, contract.Committed, in_its_way=_ENDED),
)
async def kept(
    customer_id: _Id,
    commitment_id: _CommitmentId,
    said: Annotated[asked.Asked, Depends(reader(asked.Asked))],
    commitments: _Commitments,
    writer: _Writer,
) -> Response:
    """Say that a promise was kept."""
    return answering.json(commitments.end(customer_id, commitment_id, "kept", said, writer), 201)


@_writing.post(
    "/customers/{id}/commitments/{commitment_id}/withdrawn",
    **_operation("withdrawn", asked.Withdrawal, contract.Committed, in_its_way=_ENDED),
)
async def withdrawn(
    customer_id: _Id,
    commitment_id: _CommitmentId,
    said: Annotated[asked.Withdrawal, Depends(reader(asked.Withdrawal))],
    commitments: _Commitments,
    writer: _Writer,
) -> Response:
    """Take a promise or a refusal back, and say why."""
    return answering.json(commitments.end(customer_id, commitment_id, "withdrawn", said, writer), 201)


@_writing.post(
    "/customers/{id}/commitments/{commitment_id}/moved",
    **_operation("moved", asked.Move, contract.Committed, in_its_way=_ENDED),
)
async def moved(
    customer_id: _Id,
    commitment_id: _CommitmentId,
    said: Annotated[asked.Move, Depends(reader(asked.Move))],
    commitments: _Commitments,
    writer: _Writer,
) -> Response:
    """Agree on a new instant until which a promise is to be kept."""
    return answering.json(commitments.move(customer_id, commitment_id, said, writer), 201)


@_linking.post(
    "/customers/{id}/links",
    **_operation(
        "link",
        asked.Link,
        contract.Decision,
        in_its_way="They are one already, or evidence speaks against it; `detail` says which.",
    ),
)
async def link(
    customer_id: _Id,
    said: Annotated[asked.Link, Depends(reader(asked.Link))],
    linking: _Linking,
    writer: _Writer,
) -> Response:
    """Say that this customer and another one are one person, or that they are two."""
    return answering.json(linking.link(customer_id, said, writer), 201)


@_linking.post(
    "/customers/{id}/unlinks",
    **_operation("unlink", asked.Unlink, contract.Decision, in_its_way="What is to be parted is not joined."),
)
async def unlink(
    customer_id: _Id,
    said: Annotated[asked.Unlink, Depends(reader(asked.Unlink))],
    linking: _Linking,
    writer: _Writer,
) -> Response:
    """Part an identity from the others of this customer: what joined it is taken back, and nothing else."""
    return answering.json(linking.unlink(customer_id, said, writer), 201)
