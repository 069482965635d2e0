"""A service's published description, with the answers that it really gave as examples."""

import json
from itertools import chain
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.http.problems import MEDIA_TYPE


def described(app: FastAPI, examples: Path) -> dict[str, Any]:
    """Return the description as OpenAPI 3.1, with an example of every answer."""
    found = app.openapi()
    for example in json.loads(examples.read_text()):
        operation = found["paths"][example["path"]][example.get("method", "get")]
        answer = operation["responses"][str(example["status"])]
        _show(answer, example, example["answer"])
        if example["status"] < 400 and "asked" in example:
            _show(operation["requestBody"], example, example["asked"])
    operations = chain.from_iterable(path.values() for path in found["paths"].values())
    for status, answer in chain.from_iterable(operation["responses"].items() for operation in operations):
        if int(status) >= 400:
            answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return found


def _show(place: dict[str, Any], example: dict[str, Any], value: object) -> None:
    shown = place["content"]["application/json"].setdefault("examples", {})
    shown[example["name"]] = {"summary": example["summary"], "value": value}


def text(document: dict[str, Any]) -> str:
    """Return a description as it is published."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
