"""What an operator may ask, as the query string says it; pure."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from shared.errors import InvalidParameter
from shared.http.query import Query
from shared.platforms import names
from shared.spans import span
from shared.store.ledger import Span

LONGEST = timedelta(days=31)

_Instant = Annotated[str | None, Field(min_length=1, max_length=64)]


class LedgerQuery(Query):
    """An account, and from when to when."""

    platform: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")] = Field(
        description="The platform's folder, as in the webhook's URL."
    )
    account: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$")] = Field(
        description="The account, as in the webhook's URL."
    )
    since: _Instant = Field(None, description="RFC 3339; a day before until without it, and 31 days before at most.")
    until: _Instant = Field(None, description="RFC 3339, exclusive; now without it.")

    def span(self, now: datetime) -> Span:
        """Return the requests that are meant; raises `InvalidParameter` for what cannot be meant."""
        if self.platform not in names():
            raise InvalidParameter("platform", f"there is no such platform; name one of: {', '.join(names())}")
        return Span(self.platform, self.account, *span(self.since, self.until, now=now, longest=LONGEST))


class DeadQuery(Query):
    """How long a list."""

    limit: Annotated[int, Field(ge=1, le=500)] = Field(100, description="How many stuck things at most.")
