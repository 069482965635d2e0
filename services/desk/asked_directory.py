"""What may be asked of the directory; pure."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from shared.errors import InvalidParameter
from shared.http.query import Query
from shared.spans import instant


class DirectoryQuery(Query):
    """Whom the directory is to list: all, or who may promise something."""

    matter: Annotated[str | None, Field(min_length=1, max_length=200)] = Field(
        None, description="Only who may promise this, in a few words, as a commitment names it; those on call first."
    )
    until: Annotated[str | None, Field(min_length=1, max_length=64)] = Field(
        None, description="Only who may promise it until this instant, RFC 3339 with an offset; goes with matter."
    )

    def term(self, now: datetime) -> datetime | None:
        """Return until when it is to be promised, where that is said; raises `InvalidParameter` for what is over, and
        without a matter."""
        if self.until is None:
            return None
        if self.matter is None:
            raise InvalidParameter("until", "goes with matter; say what is to be promised")
        at = instant("until", self.until)
        if at <= now:
            raise InvalidParameter("until", "is not in the future; name an instant that is")
        return at
