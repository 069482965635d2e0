"""The service's published description; `python -m services.customer360.openapi` prints it.

The examples are answers of the service itself about invented people: a test asks for each of them.
"""

import json
import sys
from pathlib import Path
from typing import Any

from services.customer360.problems import MEDIA_TYPE
from services.customer360.routes import api

EXAMPLES = Path(__file__).with_name("examples.json")


def document() -> dict[str, Any]:
    """Return the description as OpenAPI 3.1, with an example of every answer."""
    described = api(None).openapi()
    for example in json.loads(EXAMPLES.read_text()):
        answer = described["paths"][example["path"]]["get"]["responses"][str(example["status"])]
        examples = answer["content"]["application/json"].setdefault("examples", {})
        examples[example["name"]] = {"summary": example["summary"], "value": example["answer"]}
    for path in described["paths"].values():
        for status, answer in path["get"]["responses"].items():
            if int(status) >= 400:
                answer["content"] = {MEDIA_TYPE: answer["content"]["application/json"]}
    return described


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2, ensure_ascii=False) + "\n")
