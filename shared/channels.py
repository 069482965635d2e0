"""Whether an account is still heard: one judgement from what our door saw and what the platform says of itself."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from shared.models import Frozen, Instant
from shared.ports import Presence, Subscription, Thing

if TYPE_CHECKING:
    from shared.accounts import Account
    from shared.secrets import ApiToken

State = Literal["healthy", "silent", "refusing", "unsubscribed", "unknown"]
Reason = Literal["signature", "handshake"]

UNHEALTHY: frozenset[State] = frozenset({"silent", "refusing", "unsubscribed"})
"""The states in which customers may be speaking to nobody."""


class Facts(Frozen):
    """What is known of an account: instants are those of our own door, except `subscription_since`.

    `known_since` is when it was first looked at; `silent_at_most_minutes` is the playbook's expectation.
    """

    known_since: Instant
    last_delivery: Instant | None = None
    last_refusals: Mapping[Reason, Instant] = Field(default_factory=dict)
    subscription: Literal["active", "inactive", "failing", "unknown"] = "unknown"
    subscription_since: Instant | None = None
    subscription_says: str = ""
    silent_at_most_minutes: int | None = None

    @property
    def heard_since(self) -> datetime:
        """When it was last heard, or first looked at."""
        return self.last_delivery or self.known_since

    @property
    def refusals_since_then(self) -> dict[Reason, datetime]:
        """What was refused after the last genuine delivery."""
        return {
            reason: at
            for reason, at in self.last_refusals.items()
            if self.last_delivery is None or at > self.last_delivery
        }


class Health(Frozen):
    """The judgement: `sentence` says to operators what happened and what to do; `since` is when the state began."""

    state: State
    since: Instant
    sentence: str
    facts: Facts


_REFUSED: Mapping[Reason, str] = {
    "signature": "every delivery of {name} is refused since {since}, for its proof does not fit: the secret was "
    "changed on one side, or somebody else calls this URL; put the new one first (infra/README.md, Rotate a webhook "
    "secret)",
    "handshake": "the handshake of {name} is refused since {since}: the token or secret at the platform is not the one "
    "that was published (infra/README.md, Rotate a webhook secret)",
}
_UNSUBSCRIBED = "the platform no longer delivers {name}: {says}"
_FAILING = "the platform cannot deliver {name}: {says}"
_SILENT = (
    "nothing has come for {name} since {since}, and the playbook expects something every {minutes} minutes: write to "
    "it yourself, then look at the platform's own screens (its README says which)"
)
_SILENT_ALTHOUGH_ACTIVE = _SILENT + "; the platform says that the subscription is in order"
_HEALTHY = "{name} is heard"
_UNHEARD = "nothing has come for {name} yet; the platform says that the subscription is in order"
_UNKNOWN = "nothing has come for {name} yet, and the platform has not said whether it delivers: {says}"

type _Verdict = tuple[State, datetime | None, str]


def judge(name: str, facts: Facts, *, before: Health | None, now: datetime) -> Health:
    """Return an account's health; `name` is `<platform>/<account>`, and `before` the last judgement.

    A state that goes on began when it first did.
    """
    state, since, sentence = next(verdict for rule in _RULES if (verdict := rule(facts, now)))
    if before is not None and before.state == state:
        since = before.since
    began = since or now
    said = sentence.format(
        name=name, since=f"{began:%Y-%m-%dT%H:%MZ}", says=facts.subscription_says, minutes=facts.silent_at_most_minutes
    )
    return Health(state=state, since=began, sentence=said, facts=facts)


def presence(account: "Account", token: "ApiToken | None") -> Presence:
    """Return an account of the playbook as its platform's ports see it; without a token where it needs none."""
    things = tuple(Thing(thing.kind, thing.id, thing.through) for thing in account.things)
    own, others = (token.token, token.things) if token else ("", {})
    return Presence(account.platform, account.account, own, others, things, account.app)


def with_subscription(facts: Facts, found: Subscription) -> Facts:
    """Return the facts with what the platform says of itself."""
    return facts.model_copy(
        update={
            "subscription": found.state,
            "subscription_since": found.since,
            "subscription_says": found.sentence,
        }
    )


def _unsubscribed(facts: Facts, now: datetime) -> _Verdict | None:  # noqa: ARG001
    if facts.subscription == "inactive":
        return "unsubscribed", facts.subscription_since, _UNSUBSCRIBED
    return None


def _refused(facts: Facts, now: datetime) -> _Verdict | None:  # noqa: ARG001
    if refused := facts.refusals_since_then:
        reason = max(refused, key=refused.__getitem__)
        return "refusing", min(refused.values()), _REFUSED[reason]
    return None


def _failing(facts: Facts, now: datetime) -> _Verdict | None:  # noqa: ARG001
    return ("refusing", facts.subscription_since, _FAILING) if facts.subscription == "failing" else None


def _silent(facts: Facts, now: datetime) -> _Verdict | None:
    allowed = facts.silent_at_most_minutes
    if allowed is None or now - facts.heard_since <= timedelta(minutes=allowed):
        return None
    return "silent", facts.heard_since, _SILENT_ALTHOUGH_ACTIVE if facts.subscription == "active" else _SILENT


def _heard(facts: Facts, now: datetime) -> _Verdict | None:  # noqa: ARG001
    if facts.last_delivery is not None:
        return "healthy", facts.last_delivery, _HEALTHY
    return ("healthy", facts.known_since, _UNHEARD) if facts.subscription == "active" else None


def _unknown(facts: Facts, now: datetime) -> _Verdict | None:  # noqa: ARG001
    return "unknown", facts.known_since, _UNKNOWN


_RULES: tuple[Callable[[Facts, datetime], _Verdict | None], ...] = (
    _unsubscribed,
    _refused,
    _failing,
    _silent,
    _heard,
    _unknown,
)
"""The first that applies counts: what explains most comes first."""
