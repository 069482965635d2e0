"""The paths of replies: what may be said where, what is said, and what becomes of it."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from services.desk import asked_replies as asked
from services.desk import contract_replies as contract
from services.desk.asked_replies import PlacesQuery
from services.desk.replying import Replying
from services.desk.routes_cases import CaseId
from services.desk.routing import Asker, Author, Id, part_of, read, reading, write, writing
from services.desk.writer import REACH, WRITE
from shared.http import answering
from shared.http.writing import reader

reads = reading(WRITE, PlacesQuery, part=REACH)
writes = writing(WRITE, part=REACH)

_Replying = Annotated[Replying, part_of(Replying)]
_ReplyId = Annotated[
    str, Path(alias="reply_id", pattern="^rpl_[a-z2-7]{26}$", description="The reply's id, as it was answered.")
]

_NOT_THERE = (
    "It may not be said there now, `refusal` says why, since when, and what else would be let through; or its case "
    "stands otherwise, `stands` says how."
)
_REFUSED: dict[str, Any] = {
    "conflict": _NOT_THERE,
    "problem": contract.ReplyProblem,
    "unfit": contract.ReplyProblem,
}
_NOTHING_TO_DECIDE = "There is nothing to be decided about it; `detail` says how it stands."


@reads.get("/customers/{id}/reply-options", **read("reply_options", contract.Places))
async def reply_options(
    customer_id: Id, query: Annotated[PlacesQuery, Query()], replying: _Replying, request: Request
) -> Response:
    """Return what may be said to the customer in which of their conversations, until when, and how long it may be."""
    return answering.unless_known(request, replying.places(customer_id, query))


@reads.get("/customers/{id}/escalations/{escalation_id}/reply-options", **read("case_reply_options", contract.Places))
async def case_reply_options(
    customer_id: Id,
    escalation_id: CaseId,
    query: Annotated[PlacesQuery, Query()],
    replying: _Replying,
    caller: Asker,
    request: Request,
) -> Response:
    """Return what may be said about a case in the conversation that it is about, and in the customer's others."""
    return answering.unless_known(request, replying.places_of_case(customer_id, escalation_id, query, caller))


@writes.post(
    "/customers/{id}/escalations/{escalation_id}/replies",
    **write("case_reply", asked.CaseReply, contract.Reply, **_REFUSED),
)
async def case_reply(
    customer_id: Id,
    escalation_id: CaseId,
    said: Annotated[asked.CaseReply, Depends(reader(asked.CaseReply))],
    replying: _Replying,
    writer: Author,
) -> Response:
    """Say something to the customer about a case; once it is sent, the case is answered."""
    return answering.json(replying.reply_on_case(customer_id, escalation_id, said, writer), 201)


@writes.post(
    "/customers/{id}/replies",
    **write("reply", asked.Reply, contract.Reply, **_REFUSED),
)
async def reply(
    customer_id: Id,
    said: Annotated[asked.Reply, Depends(reader(asked.Reply))],
    replying: _Replying,
    writer: Author,
) -> Response:
    """Say something to the customer in one of their conversations, about no case."""
    return answering.json(replying.reply(customer_id, said, writer), 201)


@reads.get("/customers/{id}/replies/{reply_id}", **read("see_reply", contract.Reply))
async def see_reply(
    customer_id: Id, reply_id: _ReplyId, replying: _Replying, caller: Asker, request: Request
) -> Response:
    """Return a reply as it stands: how far it has got, when it is tried next, what the platform says, and what may be
    decided about it."""
    return answering.unless_known(request, replying.see(customer_id, reply_id, caller))


@writes.post(
    "/customers/{id}/replies/{reply_id}/again",
    **write("again", asked.Decided, contract.Reply, conflict=_NOTHING_TO_DECIDE),
)
async def again(
    customer_id: Id,
    reply_id: _ReplyId,
    said: Annotated[asked.Decided, Depends(reader(asked.Decided))],
    replying: _Replying,
    writer: Author,
) -> Response:
    """Send a reply again that was refused, or that somebody has seen not to have arrived."""
    return answering.json(replying.decide(customer_id, reply_id, "again", said, writer), 201)


@writes.post(
    "/customers/{id}/replies/{reply_id}/given-up",
    **write("give_up", asked.Decided, contract.Reply, conflict=_NOTHING_TO_DECIDE),
)
async def give_up(
    customer_id: Id,
    reply_id: _ReplyId,
    said: Annotated[asked.Decided, Depends(reader(asked.Decided))],
    replying: _Replying,
    writer: Author,
) -> Response:
    """Give a reply up: nobody looks after it any more, and what was not sent yet is not."""
    return answering.json(replying.decide(customer_id, reply_id, "give_up", said, writer), 201)
