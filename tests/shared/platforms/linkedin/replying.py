"""How tests speak through LinkedIn."""

from shared.ports import Thing
from tests.spoken import Spoken

NAME = "pagina"

_PAGE, _ANA = "4400001", "urn:li:person:aNa51500x1"
_THREAD = "urn:li:activity:7230000000000000001"
_ANSWERED = "urn:li:comment:(urn:li:activity:7230000000000000001,7230000000000000101)"

THINGS = (Thing("page", _PAGE),)
CHANNELS = {
    "linkedin_comment": Spoken(
        account=_PAGE,
        person=_ANA,
        thread=_THREAD,
        answered=_ANSWERED,
        visibility="public",
        says_to_whom=False,
        others=(
            (_ANA, "urn:li:share:7230000000000000201", "public", "urn:li:share:7230000000000000201"),
            (f"author-of-{_ANSWERED}", _THREAD, "public", _ANSWERED),
            (_PAGE, _THREAD, "public", _ANSWERED),
            (_ANA, _THREAD, "public", "urn:li:comment:(x,1)/../2"),
        ),
    )
}
WORDS = ("id", "message", "status", "code", "elements", "created")
