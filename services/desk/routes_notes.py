"""The paths of notes, needs, consents and commitments."""

from typing import Annotated

from fastapi import Depends, Path, Response

from services.desk import asked, contract
from services.desk.commitments import Commitments
from services.desk.desk import Desk
from services.desk.routing import Author, Id, part_of, write, writing
from services.desk.writer import WRITE
from shared.http import answering
from shared.http.writing import reader

writes = writing(WRITE)

_Desk = Annotated[Desk, part_of(Desk)]
_Commitments = Annotated[Commitments, part_of(Commitments)]
_CommitmentId = Annotated[
    str, Path(pattern="^com_[a-z2-7]{26}$", description="The commitment's id, as it was answered and is looked up.")
]

_FULL = "The identity's card has no room for more of them."
_ENDED = "It has ended; `detail` says by whom and when. Or it is a refusal, which can only be withdrawn."


@writes.post("/customers/{id}/notes", **write("note", asked.Note, contract.Note))
async def note(
    customer_id: Id, said: Annotated[asked.Note, Depends(reader(asked.Note))], desk: _Desk, writer: Author
) -> Response:
    """Note something that colleagues should know."""
    return answering.json(desk.note(customer_id, said, writer), 201)


@writes.post("/customers/{id}/needs", **write("need", asked.Need, contract.Need, conflict=_FULL))
async def need(
    customer_id: Id, said: Annotated[asked.Need, Depends(reader(asked.Need))], desk: _Desk, writer: Author
) -> Response:
    """Write down what the customer asks for and the company does not do yet."""
    return answering.json(desk.need(customer_id, said, writer), 201)


@writes.post("/customers/{id}/consents", **write("consent", asked.Consent, contract.Consent, conflict=_FULL))
async def consent(
    customer_id: Id,
    said: Annotated[asked.Consent, Depends(reader(asked.Consent))],
    desk: _Desk,
    writer: Author,
) -> Response:
    """Write down what the customer allowed or forbade, and how we know."""
    return answering.json(desk.consent(customer_id, said, writer), 201)


@writes.post("/customers/{id}/commitments", **write("commit", asked.Commitment, contract.Committed))
async def commit(
    customer_id: Id,
    said: Annotated[asked.Commitment, Depends(reader(asked.Commitment))],
    commitments: _Commitments,
    writer: Author,
) -> Response:
    """Write down what the customer was promised or refused, and learn at once what it does not go together with."""
    return answering.json(commitments.commit(customer_id, said, writer), 201)


@writes.post(
    "/customers/{id}/commitments/{commitment_id}/kept",
    **write("kept", asked.Asked, contract.Committed, conflict=_ENDED),
)
async def kept(
    customer_id: Id,
    commitment_id: _CommitmentId,
    said: Annotated[asked.Asked, Depends(reader(asked.Asked))],
    commitments: _Commitments,
    writer: Author,
) -> Response:
    """Say that a promise was kept."""
    return answering.json(commitments.end(customer_id, commitment_id, "kept", said, writer), 201)


@writes.post(
    "/customers/{id}/commitments/{commitment_id}/withdrawn",
    **write("withdrawn", asked.Withdrawal, contract.Committed, conflict=_ENDED),
)
async def withdrawn(
    customer_id: Id,
    commitment_id: _CommitmentId,
    said: Annotated[asked.Withdrawal, Depends(reader(asked.Withdrawal))],
    commitments: _Commitments,
    writer: Author,
) -> Response:
    """Take a promise or a refusal back, and say why."""
    return answering.json(commitments.end(customer_id, commitment_id, "withdrawn", said, writer), 201)


@writes.post(
    "/customers/{id}/commitments/{commitment_id}/moved",
    **write("moved", asked.Move, contract.Committed, conflict=_ENDED),
)
async def moved(
    customer_id: Id,
    commitment_id: _CommitmentId,
    said: Annotated[asked.Move, Depends(reader(asked.Move))],
    commitments: _Commitments,
    writer: Author,
) -> Response:
    """Agree on a new instant until which a promise is to be kept."""
    return answering.json(commitments.move(customer_id, commitment_id, said, writer), 201)
