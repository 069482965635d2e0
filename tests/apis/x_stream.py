"""X's API, as far as the rules of the filtered stream go (https://docs.x.com/x-api/stream/update-stream-rules)."""

import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.apis.server import Asked, Said
from tests.apis.x import BEARER

PATH = "/2/tweets/search/stream/rules"

_ONLY_TOGETHER = re.compile(r"^(-?(is|has|lang|from):\S+\s*)+$")


@dataclass
class Stream:
    """`rules` are those that are there; `page` is how many X lists at a time, `refuses` the values that it finds
    invalid, and `gives_up_after` how many more changes it makes before it is no longer there."""

    rules: list[dict[str, str]] = field(default_factory=list)
    page: int = 1000
    refuses: str = "\0"
    gives_up_after: int = 1000
    asked: list[tuple[str, bool]] = field(default_factory=list)
    _number: int = 0

    def __call__(self, asked: Asked) -> Said:
        assert (asked.host, asked.path) == ("api.x.com", PATH)
        if asked.bearer != BEARER:
            return Said(401, {"title": "Unauthorized", "status": 401})
        if asked.method == "GET":
            return self._list(asked)
        said, dry = orjson.loads(asked.body), asked.query.get("dry_run") == "true"
        assert asked.headers["content-type"] == "application/json"
        self.asked.append((next(iter(said)), dry))
        if not dry:
            self.gives_up_after -= 1
            if self.gives_up_after < 0:
                return Said(503, {"title": "Service Unavailable"})
        return self._add(said["add"], dry=dry) if "add" in said else self._delete(said["delete"]["ids"], dry=dry)

    def _list(self, asked: Asked) -> Said:
        start = int(asked.query.get("pagination_token", "0"))
        some = self.rules[start : start + self.page]
        more = {"next_token": str(start + self.page)} if start + self.page < len(self.rules) else {}
        return Said(200, ({"data": some} if some else {}) | {"meta": {"result_count": len(some), **more}})

    def _add(self, rules: list[dict[str, str]], *, dry: bool) -> Said:
        errors: list[dict[str, Any]] = []
        for rule in rules:
            there = any(each["value"] == rule["value"] for each in self.rules)
            if (
                len(rule["value"]) > 1024
                or re.search(self.refuses, rule["value"])
                or _ONLY_TOGETHER.match(rule["value"])
            ):
                errors.append(
                    {"title": "Invalid Rule", "value": rule["value"], "details": ["It is too long, or wrong."]}
                )
            elif there:
                errors.append({"title": "DuplicateRule", "value": rule["value"], "id": "1"})
            elif not dry:
                self._number += 1
                self.rules.append({"id": str(self._number), **rule})
        return Said(
            400 if errors and not dry and len(errors) == len(rules) else 201, {"errors": errors} if errors else {}
        )

    def _delete(self, ids: list[str], *, dry: bool) -> Said:
        assert not dry
        self.rules = [rule for rule in self.rules if rule["id"] not in ids]
        return Said(200, {"meta": {"summary": {"deleted": len(ids), "not_deleted": 0}}})
