"""A blog's API: where it is, who speaks there, and what its answers mean
(https://developer.wordpress.org/rest-api/reference/comments/).

The blog is the company's own, so that its host is named by the playbook, and by nothing that came from outside. The
token is a user's name and an application password of theirs, with a colon between
(https://developer.wordpress.org/rest-api/using-the-rest-api/authentication/#basic-authentication-with-application-passwords).
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from shared.hosts import host_of
from shared.ports import Answer, Call, Presence
from shared.reasons import Reasons, told

FOLDER_KIND = "folder"

_PAGES = "x-wp-totalpages"
_FOLDER = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Blog(NamedTuple):
    """A blog as it is spoken to; `token` lets in a user."""

    host: str
    folder: str
    token: str

    def get(self, path: str, asked: Mapping[str, Any]) -> Call:
        return Call("GET", f"{self._url(path)}?{urlencode(asked)}", self._headers, wants=(_PAGES,))

    def post(self, path: str, said: Mapping[str, Any]) -> Call:
        headers = {**self._headers, "content-type": "application/json"}
        return Call("POST", self._url(path), headers, orjson.dumps(said))

    def _url(self, path: str) -> str:
        below = f"/{self.folder}" if self.folder else ""
        return f"https://{self.host}{below}/wp-json/wp/v2/{path}"

    @property
    def _headers(self) -> Mapping[str, str]:
        return {"authorization": f"Basic {b64encode(self.token.encode()).decode()}"}


def blog(presence: Presence) -> Blog | None:
    """Return an account's blog; none where the playbook does not name it."""
    host = host_of(presence)
    folder = next((thing.id for thing in presence.things if thing.kind == FOLDER_KIND), "")
    return Blog(host, folder, presence.token) if host and (not folder or _FOLDER.fullmatch(folder)) else None


NO_BLOG = (
    'the playbook does not say where the blog is: name { kind = "host", id = "blog.example.com" } as a thing of the '
    "account, and publish it"
)


def listed(answer: Answer) -> list[Mapping[str, Any]] | None:
    """Return the objects that an answer lists; none where it is no list."""
    try:
        said = orjson.loads(answer.body) if answer.status == 200 else None
    except orjson.JSONDecodeError:
        return None
    return [each for each in said if isinstance(each, dict)] if isinstance(said, list) else None


def pages(answer: Answer) -> int:
    said = answer.headers.get(_PAGES, "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 9 else 1


def reason(answer: Answer) -> str:
    """Return what to do about a refusal; a sentence with no value of the answer's."""
    code = str(answer.json().get("code", ""))
    return told(_REASONS, code, answer.status)


_REASONS: Reasons = (
    (None, r"rest_no_route|rest_disabled",
     "its REST API is switched off, by a plugin or a firewall: let the user in there"),
    (None, r"comment_closed", "the article takes no more comments: answer elsewhere, or open it there"),
    (None, r"comment_content_column_length|comment_content_invalid",
     "the text is nothing that the blog takes: shorten it, or write another"),
    (None, r"comment_flood", "the blog takes no two comments within fifteen seconds: send it again"),
    (None, r"invalid_post_id|trash_post|draft_post", "the article is gone or no longer public: answer elsewhere"),
    (None, r"comment_invalid_id|comment_invalid_parent",
     "the comment that is answered is gone: answer another one, or elsewhere"),
    (None, r"comment_login_required|application_password|incorrect_password|invalid_username|not_logged_in",
     "it does not accept the application password for this user: make one (Users, Profile, Application Passwords), and "
     "publish it with `python -m infra.publish tokens`"),
    (None, r"rest_forbidden|rest_cannot|rest_user_cannot|rest_comment",
     "its user may not do that: make them an *Editor*, who moderates comments"),
    (401, r"",
     "it does not accept the application password for this user, or a firewall takes away the header that it is in: "
     "see the README"),
    (403, r"", "it shuts us out: a firewall or a plugin may stand in between"),
    (404, r"",
     "there is no REST API: name the folder in the playbook if WordPress is below one, and have other permalinks than "
     "*Plain*"),
    (410, r"", "what is answered is gone: answer another comment, or elsewhere"),
    (413, r"", "the text is too long for the blog: shorten it"),
    (429, r"", "it asks us to come less often: set poll_every_minutes in the playbook"),
    (0, r"", "it does not answer over TLS at a public address in time"),
    (None, r"", "it answered in a way that we do not know: look at the blog and its error log"),
)  # fmt: skip
"""What to do, by the status and the code that WordPress is known to use
(wp-includes/rest-api/endpoints/class-wp-rest-comments-controller.php); the first that fits counts."""
