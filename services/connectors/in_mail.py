"""What people answer to a hand-off's mail: words for the customer, or that they accept or return it.

Whose answer cannot be passed on is told so by mail, but only where their domain stands for the sender (DMARC): else a
stranger could have us send mail to whom they like.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from services.connectors.acts import Acts, What
from services.connectors.answering import Answering, RefusedError
from services.connectors.batches import Failures, Record, to_retry
from services.connectors.post import Post
from shared import telemetry
from shared.casework.steps import Agent
from shared.connectors import Given
from shared.connectors.mail import letter, receipt
from shared.connectors.mail.address import claim_of
from shared.connectors.mail.letter import Letter
from shared.connectors.mail.message import told_back
from shared.connectors.mail.receipt import Receipt
from shared.connectors.mail.refusals import REFUSALS, Reason
from shared.connectors.mail.words import said
from shared.connectors.wording import of_the_channel
from shared.errors import Conflict, InvalidParameter, NotFound, StoreUnavailable
from shared.playbook import Playbook
from shared.playbook.connectors import Mail
from shared.replying import Draft
from shared.secrets import ConnectorSecrets
from shared.subjects import subject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _NotPassedOnError(Exception):
    def __init__(self, reason: Reason, why: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.why = why


class _Addressed(NamedTuple):
    """Whose hand-off an answer is to: the department's, and which; no claim for an address that we did not make."""

    department: str
    tool: Mail
    claim: str | None


@dataclass(frozen=True, slots=True)
class InMail:
    """Takes answers by mail; `bucket` is where SES puts them, and `playbook` returns the company's current one."""

    acts: Acts
    answering: Answering
    playbook: Callable[[], Playbook]
    secrets: ConnectorSecrets
    post: Post
    s3: "S3Client"
    bucket: str

    def batch(self, records: Iterable[Record]) -> Failures:
        """Take the mail that a batch of the queue tells of, and return the messages that it is to deliver again."""
        failed = []
        for record in records:
            try:
                self._take(record["body"])
            except Exception as error:
                telemetry.failure("mail not taken", error)
                failed.append(record["messageId"])
        return to_retry(failed)

    def _take(self, message: str) -> None:
        received = receipt.read(message)
        if received is None or received.bucket != self.bucket:
            return
        addressed = self._addressed(received)
        mail = letter.read(self.s3.get_object(Bucket=self.bucket, Key=received.name)["Body"].read())
        if addressed is None or received.harmful or not received.proven or mail.machine or mail.sender is None:
            telemetry.count("MailRefused")
            return
        try:
            self._do(addressed, mail, received.name)
        except _NotPassedOnError as refused:
            telemetry.count("MailRefused")
            self._tell(addressed.tool, mail, refused)

    def _addressed(self, received: Receipt) -> _Addressed | None:
        """Return whose hand-off a mail answers: by an address that we made, else by the domain alone."""
        tools = [(each.name, each.connector) for each in self.playbook().departments]
        mail = [(name, tool) for name, tool in tools if isinstance(tool, Mail)]
        for address in received.recipients:
            for name, tool in mail:
                if claim := claim_of(address, self.secrets.of(name).signing, tool.replies_to):
                    return _Addressed(name, tool, claim)
        domains = {address.lower().rpartition("@")[2] for address in received.recipients}
        return next((_Addressed(name, tool, None) for name, tool in mail if tool.replies_to in domains), None)

    def _do(self, addressed: _Addressed, mail: Letter, name: str) -> None:
        if addressed.claim is None:
            raise _NotPassedOnError("no_address")
        if mail.sender not in addressed.tool.members:
            raise _NotPassedOnError("no_member")
        if mail.attachments:
            raise _NotPassedOnError("attachments")
        by = Agent(subject=subject("mail", mail.sender), department=addressed.department)
        try:
            self._done(addressed, addressed.claim, by, mail, key=mail.message_id or name)
        except NotFound:
            raise _NotPassedOnError("unknown") from None
        except InvalidParameter as error:
            raise _NotPassedOnError("refused", error.reason) from None
        except Conflict as error:
            raise _NotPassedOnError("refused", str(error)) from None
        except RefusedError as error:
            zone = self.playbook().department(addressed.department).time_zone
            told = of_the_channel(addressed.tool.language, error.refusal, time_zone=zone)
            raise _NotPassedOnError("channel", told) from None

    def _done(self, addressed: _Addressed, claim_id: str, by: Agent, mail: Letter, *, key: str) -> None:
        claim = self.acts.claim(claim_id, addressed.department)
        wanted = said(mail.words)
        if wanted.returns:
            if not wanted.why:
                raise _NotPassedOnError("no_reason")
            self.acts.do(claim, What("returned", wanted.why, wanted.to), by, key=key)
            return
        if wanted.accepts:
            self.acts.do(claim, What("accepted"), by, key=f"{key}#accept")
        if wanted.text:
            self.answering.answer(claim, by, Draft(text=wanted.text), key=key)
        elif not wanted.accepts:
            raise _NotPassedOnError("empty")

    def _tell(self, tool: Mail, mail: Letter, refused: _NotPassedOnError) -> None:
        """Tell the author; raises `StoreUnavailable` when that cannot be done now, so that the mail is taken again."""
        assert mail.sender is not None
        text = REFUSALS[tool.language][refused.reason].format(why=refused.why)
        back = told_back(tool, to=mail.sender, answers=mail.message_id, subject=mail.subject, text=text)
        if not isinstance(self.post.deliver(tool.sender, (mail.sender,), back), Given):
            raise StoreUnavailable("whoever wrote what was refused cannot be told so now")
