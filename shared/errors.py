"""Every error that the product raises on purpose, and the HTTP status that each one means at the door.

MostradorError
|-- UnknownPlatform         404  no folder and no channel of that name
|-- UnknownAccount          404  no secret is kept for that account
|-- NotFound                404  no such customer, conversation or object
|-- MalformedRequest        400  a handshake or a request that no platform makes
|-- InvalidParameter        422  a parameter of ours that cannot be read; names the field
|-- SignatureError          401  the proof is missing, wrong or stale; nothing is kept
|-- Unauthenticated         401  no usable token
|-- Forbidden               403  the token's scopes do not reach that far
|-- UnreadableDelivery      200  verified, but not understood; kept with its bytes and replayed after the fix
|-- ConfigurationError      500  our own set-up is wrong; says which setting and what to do
|-- StoreUnavailable        503  no store took it; the caller should try again
"""


class MostradorError(Exception):
    """Anything that the product refuses; its text is for operators and never holds personal data."""

    status = 500


class UnknownPlatform(MostradorError):
    """No platform folder and no channel has that name."""

    status = 404


class UnknownAccount(MostradorError):
    """No webhook secret is kept for that account of that platform."""

    status = 404


class NotFound(MostradorError):
    """There is no such customer, conversation or object, or the caller may not know of it."""

    status = 404


class MalformedRequest(MostradorError):
    """A request that the platform itself would never make."""

    status = 400


class InvalidParameter(MostradorError):
    """A parameter that cannot be read; `field` names it as the caller wrote it."""

    status = 422

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class SignatureError(MostradorError):
    """The platform's proof is missing, wrong or stale."""

    status = 401


class Unauthenticated(MostradorError):
    """The request carries no token that the authorizer accepted."""

    status = 401


class Forbidden(MostradorError):
    """The token is good, and its scopes do not reach what was asked for."""

    status = 403


class UnreadableDelivery(MostradorError):
    """Verified bytes that the platform's code does not understand."""

    status = 200


class ConfigurationError(MostradorError):
    """A setting, secret or playbook is missing or wrong."""


class StoreUnavailable(MostradorError):
    """The journal and its spill queue both refused the write."""

    status = 503
