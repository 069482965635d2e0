"""The Graph API's way of refusing (https://developers.facebook.com/docs/graph-api/guides/error-handling)."""

from datetime import datetime

from infra.local.standin.state import Response


def error(code: int, message: str, *, status: int = 400, subcode: int | None = None) -> Response:
    said = {"message": f"(#{code}) {message}", "type": "OAuthException", "code": code, "fbtrace_id": "standin"}
    return Response(status, {"error": said | ({"error_subcode": subcode} if subcode else {})})


def limited(seconds: int, now: datetime) -> Response:  # noqa: ARG001 - Meta does not say how long
    return error(613, "Calls to this api have exceeded the rate limit.")


def invalid(what: str) -> Response:
    return error(100, f"Invalid parameter: {what}")


def gone(number: str) -> Response:
    return error(100, f"Unsupported post request. Object with ID '{number}' does not exist", subcode=33)
