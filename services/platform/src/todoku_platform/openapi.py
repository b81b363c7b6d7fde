"""Print a service's OpenAPI document: `python -m todoku_platform.openapi todoku_task`."""

import argparse
import importlib
import json
import sys

from pydantic import SecretStr


def document(package: str) -> str:
    """JSON, sorted, so that a change of the interface is a readable difference."""
    settings = importlib.import_module(f"{package}.settings").Settings
    filler = SecretStr("only-for-the-document")
    tokens = dict.fromkeys(("app_api_token", "dapr_api_token", "operator_token"), filler)
    app = importlib.import_module(f"{package}.main").create(settings(app_id=package, **tokens))
    return json.dumps(app.openapi(), indent=2, sort_keys=True) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", help="such as todoku_task")
    sys.stdout.write(document(parser.parse_args().package))


if __name__ == "__main__":
    main()
