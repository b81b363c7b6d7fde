"""A kubectl that remembers what it was given, for what needs no cluster to be true."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

FAKE = """#!{python}
import json, pathlib, sys
home = pathlib.Path({home!r})
arguments = sys.argv[1:]
with (home / "calls").open("a") as calls:
    print(*arguments, file=calls)
answers = json.loads((home / "answers.json").read_text())
if (answer := answers.get(" ".join(arguments[:2]))) is not None:
    print(answer) if answer else sys.exit("the connection was refused")
    sys.exit()
held = json.loads((home / "held.json").read_text())
match arguments[0]:
    case "kustomize":
        print((home / "rendered.yaml").read_text())
    case "get":
        items = [held[name] for name in arguments[2:arguments.index("-n")] if name in held]
        print(json.dumps({{"items": items}}) if len(items) != 1 else json.dumps(items[0]))
    case "delete":
        (home / "deleted").write_text(sys.stdin.read())
    case "apply":
        for each in json.load(sys.stdin)["items"]:
            held[each["metadata"]["name"]] = each
        (home / "held.json").write_text(json.dumps(held))
    case _:
        sys.exit(f"unexpected: {{arguments}}")
"""
"""A program that uses only what it is told here; its state is in the folder `home`."""


class FakeKubectl:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.answers: dict[str, str] = {}
        self.hold({})
        self.answer({})

    @property
    def calls(self) -> list[str]:
        path = self.home / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def held(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "held.json").read_text())
        return found

    def hold(self, held: dict[str, Any]) -> None:
        (self.home / "held.json").write_text(json.dumps(held))

    def answer(self, answers: dict[str, str]) -> None:
        """What is printed by the first two words of a command; empty is an error."""
        self.answers |= answers
        (self.home / "answers.json").write_text(json.dumps(self.answers))

    def renders(self, *documents: dict[str, Any]) -> None:
        (self.home / "rendered.yaml").write_text(yaml.safe_dump_all(documents))

    @property
    def program(self) -> str:
        return FAKE.format(python=sys.executable, home=str(self.home))
