"""The rules of the filtered stream, made of what the playbook listens for, and how X's are brought to them.

https://docs.x.com/x-api/posts/filtered-stream/integrate/build-a-rule
https://docs.x.com/x-api/stream/update-stream-rules

Rules are X's first sieve, and ours decides (`shared/listening.py`): what X could not be told is looked at again there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any
from urllib.parse import urlencode

import orjson

from shared.platforms.x.api import HOST, get, refusal
from shared.platforms.x.people import LANGUAGES, PUBLIC
from shared.playbook import Listening
from shared.ports import Answer, Asking, Call, Presence
from shared.words import words

HOSTS = frozenset({HOST})

_OURS = "mostrador"
"""Begins the tag of our rules; those of others are left alone."""

LONGEST = 1024
"""Characters in a rule, for everybody but Enterprise, who has twice as many
(https://docs.x.com/x-api/posts/filtered-stream/introduction)."""

_PATH = "/2/tweets/search/stream/rules"
_MOST_EXCLUDED = LONGEST // 2
_AT_ONCE = 25
_PAGES = 50
_TOKEN = re.compile(r"[^\W_]+")
_CODES = {tag: code for code, tag in LANGUAGES.items() if tag is not None}
"""X's own codes of languages that BCP 47 calls otherwise."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `id` is X's, of one that is there."""

    value: str
    tag: str
    id: str = ""

    @property
    def said(self) -> tuple[str, str]:
        return self.value, self.tag


@dataclass(frozen=True, slots=True)
class Changes:
    """What has to be added, and what to be taken away, for the rules to be those of the playbook."""

    add: tuple[Rule, ...]
    remove: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """X was asked and did not do it: `sentence` says what to do about that."""

    sentence: str


def wanted(listening: Iterable[Listening], account: str) -> list[Rule]:
    """Return the rules by which X finds what is listened for on an account, by its numeric user id."""
    here = (rule for rule in listening if rule.is_on(f"x/{account}") and PUBLIC in (rule.channels or (PUBLIC,)))
    return [Rule(value, f"{_tag(account)}{rule.name}") for rule in here for value in _values(rule, account)]


def _tag(account: str) -> str:
    return f"{_OURS}:{account}:"


def _values(rule: Listening, account: str) -> Iterator[str]:
    """Yield as many rules as the words of a listening take; each has the same exclusions, as far as there is room."""
    end = f" -is:retweet -from:{account}{_in_languages(rule.languages)}"
    for excluded in (f" -{term}" for phrase in rule.without for term in _terms(phrase, hashtags=False)):
        if len(end) + len(excluded) <= _MOST_EXCLUDED:
            end += excluded
    room, some = LONGEST - len(end) - len("()"), ""
    for term in dict.fromkeys(term for phrase in rule.words for term in _terms(phrase, hashtags=True)):
        longer = f"{some} OR {term}" if some else term
        if len(longer) > room:
            yield f"({some}){end}"
            longer = term
        some = longer
    yield f"({some}){end}"


def _terms(phrase: str, *, hashtags: bool) -> Iterator[str]:
    """Yield what finds a phrase: as it is written and without its accents, since a rule with an accent finds only posts
    that have it, and a single word as a hashtag, too."""
    tokens = dict.fromkeys((tuple(_TOKEN.findall(phrase.lower())), tuple(words(phrase))))
    for spelling in filter(None, tokens):
        yield f'"{" ".join(spelling)}"'
        if hashtags and len(spelling) == 1:
            yield f"#{spelling[0]}"


def _in_languages(tags: Sequence[str]) -> str:
    codes = dict.fromkeys(_CODES.get(code := tag.partition("-")[0].lower(), code) for tag in tags)
    return f" ({' OR '.join(f'lang:{code}' for code in codes)})" if codes else ""


def compare(presence: Presence, rules: Sequence[Rule]) -> Asking[Changes | Refused]:
    """Find out what has to change at X for its rules of ours to be these."""
    there: list[Rule] = []
    token = ""
    for _ in range(_PAGES):
        answer = yield get(presence, f"{_PATH}?{urlencode({'max_results': 1000} | _next(token))}")
        if answer.status != 200:
            return Refused(refusal(answer))
        there += _read(answer)
        token = str((answer.json().get("meta") or {}).get("next_token") or "")
        if not token:
            break
    ours = [rule for rule in there if rule.tag.startswith(_tag(presence.account))]
    known = {rule.value for rule in there if rule not in ours} | {rule.said for rule in ours}
    asked = {rule.said for rule in rules}
    add = tuple(rule for rule in rules if known.isdisjoint((rule.said, rule.value)))
    return Changes(add, tuple(rule for rule in ours if rule.said not in asked))


def carry_out(presence: Presence, changes: Changes) -> Asking[Refused | None]:
    """Make the changes: first X says whether it takes the new rules at all, then they are added, and only then the old
    ones go, so that nothing is unheard meanwhile. What was begun and broken off, the next comparison finds."""
    for query in ("?dry_run=true", ""):
        for some in batched(changes.add, _AT_ONCE, strict=False):
            said = [{"value": rule.value, "tag": rule.tag} for rule in some]
            answer = yield _post(presence, query, {"add": said})
            if problem := _problem(answer):
                return Refused(problem)
    for some in batched(changes.remove, _AT_ONCE, strict=False):
        answer = yield _post(presence, "", {"delete": {"ids": [rule.id for rule in some]}})
        if problem := _problem(answer):
            return Refused(problem)
    return None


def _next(token: str) -> dict[str, str]:
    return {"pagination_token": token} if token else {}


def _read(answer: Answer) -> list[Rule]:
    found = answer.json().get("data")
    rules = (each for each in found if isinstance(each, dict)) if isinstance(found, list) else ()
    return [Rule(str(each.get("value", "")), str(each.get("tag") or ""), str(each.get("id", ""))) for each in rules]


def _post(presence: Presence, query: str, said: Mapping[str, Any]) -> Call:
    headers = {"authorization": f"Bearer {presence.token}", "content-type": "application/json"}
    return Call("POST", f"https://{HOST}{_PATH}{query}", headers, orjson.dumps(said))


def _problem(answer: Answer) -> str:
    """Return what X has against it, in words that say which rule: they are the playbook's own. One that is there
    already is none."""
    said = answer.json().get("errors")
    errors = [each for each in said if isinstance(each, dict)] if isinstance(said, list) else []
    wrong = [each for each in errors if "Duplicate" not in str(each.get("title"))]
    if wrong:
        why = wrong[0].get("details") or [wrong[0].get("message") or wrong[0].get("title")]
        return f"X does not take {wrong[0].get('value') or 'a rule'}: {'; '.join(map(str, why))}"
    return "" if answer.status in (200, 201) or errors else refusal(answer)
