"""X sends again what it sent, or tried to, in the last 24 hours (`POST /2/webhooks/replay`).

The events come through the door with the keys that they had the first time, so nothing is doubled; at the end comes a
`replay_job_status` (https://docs.x.com/x-api/webhooks/create-replay-job-for-webhook).
"""

from datetime import UTC, datetime, timedelta

import orjson

from shared.platforms.x.api import HOST, own_webhook, refusal
from shared.ports import Asking, BackfillPort, Call, Filling, Gap, Presence

_REACH = timedelta(hours=24)
_MINUTE = timedelta(minutes=1)


def fill(presence: Presence, gap: Gap, now: datetime) -> Asking[Filling]:
    """Have X send again what belongs into a gap, to the whole minutes around it."""
    # X counts in whole minutes; the one that 24 hours ago falls into is no longer whole.
    oldest = _minute(now - _REACH) + _MINUTE
    first, last = (
        max(_minute(gap.since), oldest),
        min(_minute(gap.until + _MINUTE - timedelta.resolution), _minute(now)),
    )
    if first >= last:
        return _nothing("X replays no more than the last 24 hours, and the gap is older; search its posts at X by hand")
    webhook = yield from own_webhook(presence)
    if isinstance(webhook, str):
        return _nothing(webhook)
    if webhook is None:
        return _nothing("X has no webhook with our URL; register it first, then ask again")
    if not webhook.valid:
        return _nothing(f"X has switched the webhook off; call PUT /2/webhooks/{webhook.id} first, then ask again")
    answer = yield _replay(presence, webhook.id, first, last)
    said = answer.json()
    job = said.get("data", said)  # the reference's example has the job by itself, its schema under `data`
    if answer.status not in (200, 201) or not isinstance(job, dict) or "job_id" not in job:
        return _nothing(refusal(answer))
    return Filling((), *_promise(str(job["job_id"]), gap, oldest))


def _replay(presence: Presence, webhook_id: str, first: datetime, last: datetime) -> Call:
    asked = {"webhook_id": webhook_id, "from_date": f"{first:%Y%m%d%H%M}", "to_date": f"{last:%Y%m%d%H%M}"}
    headers = {"authorization": f"Bearer {presence.token}", "content-type": "application/json"}
    return Call("POST", f"https://{HOST}/2/webhooks/replay", headers, orjson.dumps(asked))


def _promise(job: str, gap: Gap, oldest: datetime) -> tuple[bool, str]:
    coming = (
        f"X sends all of it again through the door (job {job}); a `replay_job_status` of `Incomplete` means to ask anew"
    )
    if gap.since >= oldest - _MINUTE:
        return True, coming
    return False, f"{coming}; what is older than {oldest:%Y-%m-%dT%H:%MZ} X no longer has"


def _nothing(sentence: str) -> Filling:
    return Filling((), complete=False, sentence=sentence)


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


PORT = BackfillPort(frozenset({HOST}), fill)
