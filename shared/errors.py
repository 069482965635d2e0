"""Every error that the product raises on purpose, and the HTTP status that each one means at the door.

MostradorError
|-- UnknownPlatform         404  no folder and no channel of that name
|-- UnknownAccount          404  no secret is kept for that account
|-- NotFound                404  no such customer, conversation or object
|-- MalformedRequest        400  a handshake, a request or a body that nobody can mean
|-- InvalidParameter        422  a parameter of ours that cannot be read; names the field
|-- Conflict                409  it cannot be done to what is there; says what is in its way
|-- ContentTooLarge         413  a body that is longer than what it is for
|-- UnsupportedMediaType    415  a body that is no JSON by its own account
|-- SignatureError          401  the proof is missing, wrong or stale; nothing is kept
|-- Unauthenticated         401  no usable token
|-- Forbidden               403  the token's scopes do not reach that far
|-- UnreadableDelivery      200  verified, but not understood; kept with its bytes and replayed after the fix
|-- ConfigurationError      500  our own set-up is wrong; says which setting and what to do
|-- StoreUnavailable        503  no store took it; the caller should try again
|-- PlatformUnreachable     503  what a platform keeps of a proof cannot be had now; the caller should try again
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
    """A request that no platform makes, or one to us that cannot be read at all; `field` names the header at fault."""

    status = 400

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


class InvalidParameter(MostradorError):
    """A parameter that cannot be read; `field` names it as the caller wrote it."""

    status = 422

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Conflict(MostradorError):
    """What is asked for cannot be done to what is there; `field` names what asked for it, if something did."""

    status = 409

    def __init__(self, reason: str, *, field: str | None = None) -> None:
        super().__init__(reason)
        self.field = field


class ContentTooLarge(MostradorError):
    """The body is longer than anything that it could be for."""

    status = 413


class UnsupportedMediaType(MostradorError):
    """The body is in no form that we read."""

    status = 415


class SignatureError(MostradorError):
    """The platform's proof is missing, wrong or stale."""

    status = 401


class Unauthenticated(MostradorError):
    """The request carries no token that the authorizer accepted."""

    status = 401


class Forbidden(MostradorError):
    """The token is genuine, but its scopes do not reach that far; `field` names what of it is at fault."""

    status = 403

    def __init__(self, reason: str, *, field: str = "scope") -> None:
        super().__init__(reason)
        self.field = field


class UnreadableDelivery(MostradorError):
    """Verified bytes that the platform's code does not understand."""

    status = 200


class ConfigurationError(MostradorError):
    """A setting, secret or playbook is missing or wrong."""


class StoreUnavailable(MostradorError):
    """The journal and its spill queue both refused the write."""

    status = 503


class PlatformUnreachable(MostradorError):
    """What a proof is checked with is kept by the platform itself, which did not hand it out."""

    status = 503
