"""LinkedIn's REST API, as far as comments go: who asks, and what its answers mean
(https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import orjson

from shared.ports import Answer, Call
from shared.reasons import Reasons, told
from shared.replying import Later, Refused, Unknown

HOST = "api.linkedin.com"
VERSION = "202607"
"""Each version is served for a year at least, and then answered with 426
(https://learn.microsoft.com/en-us/linkedin/marketing/versioning)."""


def below(urn: str, token: str, query: str = "") -> Call:
    """Return what asks for the comments below a post or a comment."""
    return Call("GET", f"{_url(urn)}{query}", _headers(token))


def say_below(urn: str, token: str, said: Mapping[str, Any]) -> Call:
    """Return what comments below a post or a comment."""
    headers = {**_headers(token), "content-type": "application/json"}
    return Call("POST", _url(urn), headers, orjson.dumps(said))


def _url(urn: str) -> str:
    return f"https://{HOST}/rest/socialActions/{quote(urn, safe='')}/comments"


def _headers(token: str) -> Mapping[str, str]:
    return {
        "authorization": f"Bearer {token}",
        "linkedin-version": VERSION,
        "x-restli-protocol-version": "2.0.0",
    }


def failed(answer: Answer) -> Refused | Later | Unknown:
    """Return what an answer means that does not say that something was posted."""
    if answer.status == 429:
        return Later()
    if not answer.refuses:
        return Unknown(sentence=f"LinkedIn did not say whether it has it (status {answer.status}): look at the post")
    said = answer.json()
    words = f"{said.get('code', '')} {said.get('message', '')}"
    return Refused(code=str(answer.status), sentence=told(_REASONS, words, answer.status))


_REASONS: Reasons = (
    (401, r"", "LinkedIn does not accept the token: it has expired after 60 days, or the member took it back; let an "
     "administrator of the page sign in to the app again, and publish theirs with `python -m infra.publish tokens`"),
    (403, r"", "LinkedIn does not let the member comment as the page: they have to be one of its administrators, and "
     "the app needs w_organization_social_feed"),
    (404, r"", "what is answered is no longer there: answer another comment, or elsewhere"),
    (426, r"", "LinkedIn no longer serves the version of its API that is asked for: raise VERSION in "
     "shared/platforms/linkedin/api.py"),
    (None, r"duplicate", "LinkedIn has these very words already: look at the post, and change them"),
    (None, r"disabled|restricted|not allowed|closed", "comments are closed below this post, or for the page: answer "
     "elsewhere"),
    (None, r"too long|length|exceed", "the text is too long for LinkedIn: shorten it to 1250 characters"),
    (None, r"", "LinkedIn refused it: look at the post, as the page sees it"),
)  # fmt: skip
"""What to do, by the status and the words that LinkedIn is known to use; the first that fits counts."""
