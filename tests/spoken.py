"""A channel as tests speak on it."""

from dataclasses import dataclass

from shared.models import Visibility

ANA, BSUID = "1511000001", "ES.13491208655302741918"
"""A customer's id, and one in the form of WhatsApp's users."""

type Situation = tuple[str, str, Visibility, str]
"""Who is written to, in which thread, how visibly, and which message is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A channel as tests speak on it: the company's `account` there, who has written (`person`, in the `namespace` of
    their identities, the platform's name unless it is another), and the place: its `thread`, its `visibility`, the
    message that is `answered`, its `title`, and whether that summons the account. `others` are other places, likely or
    not; without them, one in which the account has written itself.

    `one_answer` is whether a message has one, which is not replaced before the customer has written again.
    `reads_first` is whether the port reads what is answered before it answers it; `says_when` whether the platform says
    for how long a limit lasts; `keeps_our_id` whether it takes our own id along; `shows` whether it shows what was said
    there to a port that looks for it; `says_to_whom` whether, when it tells of something that the company has said, it
    names the customer, and not only the message that is answered; `spaces_stay` whether it keeps what is written as it
    is; `receipts` how far it tells that a message got, with our own id.
    """

    account: str
    answered: str
    namespace: str = ""
    person: str = ANA
    thread: str = "direct"
    visibility: Visibility = "private"
    title: str | None = None
    summoned: bool | None = None
    others: tuple[Situation, ...] = ()
    one_answer: bool = False
    reads_first: bool = False
    says_when: bool = False
    keeps_our_id: bool = False
    shows: bool = True
    says_to_whom: bool = True
    spaces_stay: bool = True
    receipts: tuple[str, ...] = ()

    @property
    def situations(self) -> tuple[Situation, ...]:
        """The ordinary place, and the others."""
        ordinary = (self.person, self.thread, self.visibility, self.answered)
        return (ordinary, *(self.others or [(self.account, *ordinary[1:])]))
