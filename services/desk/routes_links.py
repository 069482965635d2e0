"""The paths of who is one person with whom."""

from typing import Annotated

from fastapi import Depends, Response

from services.desk import asked, contract
from services.desk.linking import Linking
from services.desk.routing import Author, Id, part_of, write, writing
from services.desk.writer import LINK
from shared.http import answering
from shared.http.writing import reader

writes = writing(LINK)

_Linking = Annotated[Linking, part_of(Linking)]


@writes.post(
    "/customers/{id}/links",
    **write(
        "link",
        asked.Link,
        contract.Decision,
        conflict="They are one already, or evidence speaks against it; `detail` says which.",
    ),
)
async def link(
    customer_id: Id,
    said: Annotated[asked.Link, Depends(reader(asked.Link))],
    linking: _Linking,
    writer: Author,
) -> Response:
    """Say that this customer and another one are one person, or that they are two."""
    return answering.json(linking.link(customer_id, said, writer), 201)


@writes.post(
    "/customers/{id}/unlinks",
    **write("unlink", asked.Unlink, contract.Decision, conflict="What is to be parted is not joined."),
)
async def unlink(
    customer_id: Id,
    said: Annotated[asked.Unlink, Depends(reader(asked.Unlink))],
    linking: _Linking,
    writer: Author,
) -> Response:
    """Part an identity from the others of this customer: what joined it is taken back, and nothing else."""
    return answering.json(linking.unlink(customer_id, said, writer), 201)
