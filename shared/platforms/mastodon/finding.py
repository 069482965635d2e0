"""Whether a reply whose answer was lost is among the answers to what it answers
(https://docs.joinmastodon.org/methods/statuses/#context).

Mastodon gives nothing of ours back, so that the words tell. It shows them as HTML, and of a name no server.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from pydantic import ValidationError

from shared.letters.html import as_text
from shared.platforms.mastodon.api import Instance
from shared.platforms.mastodon.lengths import without_servers
from shared.platforms.mastodon.payload import Mention, Status
from shared.ports import Answer, Asking
from shared.replying import NotThere, Reply, Sent, Unknown

_CLOCKS_DIFFER = timedelta(minutes=1)
_MOST = 4096
"""So many answers are shown to somebody who is let in (app/controllers/api/v1/statuses_controller.rb)."""

UNSHOWN = Unknown(sentence="Mastodon did not show what was answered since: look at the status that is answered")


def look(
    reply: Reply, person: str, instance: Instance, since: datetime, others: Collection[str] = ()
) -> Asking[Sent | NotThere | Unknown]:
    """Look among the answers to what a reply answers; `others` are ids of which it is known that they are not its."""
    answer = yield instance.get(f"/api/v1/statuses/{reply.place.reply_to}/context")
    shown = _answers(answer)
    if shown is None:
        return UNSHOWN
    for status in shown:
        is_ours = status.account.is_called(instance.user) and status.in_reply_to_id == reply.place.reply_to
        if is_ours and status.id not in others and status.created_at >= since - _CLOCKS_DIFFER:
            whom = next((each for each in status.mentions if each.id == person), None)
            if whom and _same(as_text(status.content), whom, reply.draft.text):
                return Sent(external_id=status.id, at=status.created_at)
    return NotThere() if len(shown) < _MOST else UNSHOWN


def _answers(answer: Answer) -> list[Status] | None:
    """Return all answers that are shown; none where they cannot be read."""
    listed = answer.json().get("descendants")
    if answer.status != 200 or not isinstance(listed, list):
        return None
    try:
        return [Status.model_validate(each) for each in listed]
    except ValidationError:
        return None


def _same(shown: str, whom: Mention, text: str) -> bool:
    written = f"@{whom.acct.partition('@')[0]} {without_servers(text)}"
    return "".join(shown.split()) == "".join(written.split())
