"""Mail through Amazon SES (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html)."""

from collections.abc import Mapping
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError

from shared.connectors import Given, Giving, NotGiven, Outcome, Telling, Unsure
from shared.connectors.mail.message import message, over
from shared.playbook.connectors import Mail

_LATER = "SES asks us to wait"
_SENDER = "SES does not send for this sender: verify its domain there, or correct `sender` in the playbook"
_REFUSALS: Mapping[str, str] = {
    **dict.fromkeys(
        ("TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"), _LATER
    ),
    "MailFromDomainNotVerifiedException": _SENDER,
    "MessageRejected": _SENDER,
    "AccountSuspendedException": "SES has suspended the account: ask AWS why",
    "SendingPausedException": "sending is paused in SES: resume it there",
    "AccessDeniedException": "the function may not send for this sender: look at its role",
}


class Ses(Protocol):
    """The one call of an `sesv2` client that is made. It must not try again by itself: a mail could be sent twice."""

    def send_email(self, **request: Any) -> Mapping[str, Any]: ...


class Post:
    """Sends mail; what SES is asked to send it sends, or says why not."""

    def __init__(self, ses: Ses) -> None:
        self._ses = ses

    def send(self, tool: Mail, giving: Giving) -> Outcome:
        """Send a hand-off to its department."""
        return self.deliver(tool.sender, tool.to, message(tool, giving))

    def over(self, tool: Mail, telling: Telling) -> Outcome:
        """Tell a department that a hand-off is over."""
        return self.deliver(tool.sender, tool.to, over(tool, telling))

    def deliver(self, sender: str, to: tuple[str, ...], mail: bytes) -> Outcome:
        """Send a mail as it is; `place` is the id that SES gives it."""
        content, whom = {"Raw": {"Data": mail}}, {"ToAddresses": list(to)}
        try:
            answer = self._ses.send_email(FromEmailAddress=sender, Destination=whom, Content=content)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in _REFUSALS or error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                return NotGiven(_REFUSALS.get(code, f"SES refuses the mail ({code})"))
            return Unsure(f"SES did not say whether it sent the mail ({code})")
        except (EndpointConnectionError, ConnectTimeoutError):
            return NotGiven("there is no connection to SES")
        except BotoCoreError as error:
            return Unsure(f"SES did not say whether it sent the mail ({type(error).__name__})")
        return Given(str(answer["MessageId"]))
