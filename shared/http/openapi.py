"""A service's published description, with the answers that it really gave as examples."""

import json
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.http.problems import MEDIA_TYPE


def described(app: FastAPI, examples: Path) -> dict[str, Any]:
    """Return the description as OpenAPI 3.1, with an example of every answer."""
    found = app.openapi()
    for example in json.loads(examples.read_text()):
        answer = found["paths"][example["path"]]["get"]["responses"][str(example["status"])]
        shown = answer["content"]["application/json"].setdefault("examples", {})
        shown[example["name"]] = {"summary": example["summary"], "value": example["answer"]}
    for path in found["paths"].values():
        for status, answer in path["get"]["responses"].items():
            if int(status) >= 400:
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return found


def text(document: dict[str, Any]) -> str:
    """Return a description as it is published."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
