"""The desk's service: its paths by their subjects, and the parts that they are answered by."""

from typing import Any

from fastapi import FastAPI

from services.desk import (
    routes_cases,
    routes_directory,
    routes_links,
    routes_notes,
    routes_queue,
    routes_replies,
)
from services.desk.cases import Escalations
from services.desk.claiming import Claiming
from services.desk.commitments import Commitments
from services.desk.desk import Desk
from services.desk.keeping import Keeping
from services.desk.linking import Linking
from services.desk.office import Office
from services.desk.people import People
from services.desk.queue import Queue
from services.desk.replying import Replying
from services.desk.routing import NAME
from shared.http import answering

_ROUTERS = (
    *(routes_queue.reads, routes_queue.writes),
    *(routes_cases.reads, routes_cases.writes),
    *(routes_replies.reads, routes_replies.writes),
    *(routes_notes.writes, routes_links.writes),
    routes_directory.reads,
)


def api(people: People | None, keeping: Keeping | None) -> FastAPI:
    """Return the service. Without its parts it can only be described, not called."""
    app = answering.service(
        NAME, title="Mostrador: desk", summary="A department's cases, and what the company notes, promises and decides."
    )
    if people is not None and keeping is not None:
        app.state.playbook = keeping.playbook
        app.state.parts = _parts(people, keeping)
    for router in _ROUTERS:
        app.include_router(router)
    return app


def _parts(people: People, keeping: Keeping) -> dict[type, Any]:
    escalations = Escalations(people, keeping)
    parts = (
        *(Queue(people, keeping), Claiming(escalations, keeping)),
        *(escalations, Replying(people, keeping, escalations)),
        *(Desk(people, keeping), Commitments(people, keeping), Linking(people, keeping)),
        Office(keeping),
    )
    return {type(part): part for part in parts}
