"""Every example agrees with its schema and its model; every invalid one with neither."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError
from pydantic import ValidationError
from referencing import Registry, Resource
from todoku_contracts.events import Envelope
from todoku_contracts.registry import TOPICS, TYPES

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = CONTRACTS / "examples"
VALID = sorted(path for path in EXAMPLES.glob("*/*.json") if path.parent.name != "invalid")
INVALID = sorted((EXAMPLES / "invalid").glob("*.json"))


@cache
def schemas() -> dict[str, Any]:
    found = [json.loads(path.read_text()) for path in (CONTRACTS / "schemas").glob("*.json")]
    return {schema["$id"]: schema for schema in found}


@cache
def validator(schema_id: str) -> Draft202012Validator:
    resources = [(name, Resource.from_contents(body)) for name, body in schemas().items()]
    return Draft202012Validator(
        schemas()[schema_id],
        registry=Registry[Any]().with_resources(resources),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def schema_errors(event: dict[str, Any]) -> list[str]:
    """Paths of what the schemas refuse, the envelope's first."""
    envelope_id = "https://todoku.dev/schemas/envelope.json"
    found = [place(e) for e in validator(envelope_id).iter_errors(event)]
    known = TYPES.get(event["type"])
    if known:
        data = validator(known.dataschema).iter_errors(event["data"])
        found += [["data", *place(e)] for e in data]
    return [".".join(map(str, path)) for path in found]


def place(error: SchemaError) -> list[str | int]:
    """Where in the document: for "none of these forms", the deepest place that disagrees."""
    return max([list(error.absolute_path), *map(place, error.context or [])], key=len)


def model_errors(event: dict[str, Any]) -> list[str]:
    found: list[str] = []
    known = TYPES.get(event["type"])
    for prefix, model, value in [
        ([], Envelope, event),
        (["data"], known.model if known else None, event["data"]),
    ]:
        try:
            if model:
                model.model_validate(value)
        except ValidationError as error:
            found += [".".join(map(str, [*prefix, *e["loc"]])) for e in error.errors()]
    return found


def read(path: Path) -> Any:
    return json.loads(path.read_text())


@pytest.mark.parametrize("path", VALID, ids=lambda p: f"{p.parent.name}/{p.stem}")
class TestValid:
    def test_schema_accepts(self, path: Path) -> None:
        assert schema_errors(read(path)) == []

    def test_model_accepts(self, path: Path) -> None:
        assert model_errors(read(path)) == []

    def test_model_writes_what_the_schema_accepts(self, path: Path) -> None:
        event = read(path)
        model = TYPES[event["type"]].model
        written = model.model_validate(event["data"]).model_dump(mode="json")
        assert schema_errors({**event, "data": written}) == []

    def test_names_its_own_type_and_schema(self, path: Path) -> None:
        event = read(path)
        assert event["type"] == f"dev.todoku.{path.parent.name}.v1"
        assert event["dataschema"] == TYPES[event["type"]].dataschema


@pytest.mark.parametrize("path", INVALID, ids=lambda p: p.stem)
class TestInvalid:
    def test_schema_refuses_at_that_place(self, path: Path) -> None:
        case = read(path)
        errors = schema_errors(case["event"])
        assert errors
        assert all(error.startswith(case["at"]) for error in errors)

    def test_model_refuses_at_that_place(self, path: Path) -> None:
        case = read(path)
        errors = model_errors(case["event"])
        assert errors
        assert all(error.startswith(case["at"]) for error in errors)


class TestCompleteness:
    def test_every_type_has_an_example(self) -> None:
        assert {path.parent.name for path in VALID} == {
            name.removeprefix("dev.todoku.").removesuffix(".v1") for name in TYPES
        }

    def test_every_schema_is_a_valid_schema(self) -> None:
        for schema in schemas().values():
            Draft202012Validator.check_schema(schema)

    def test_every_schema_is_used(self) -> None:
        parts = {"definitions.json", "envelope.json"}
        named = {name.rsplit("/", 1)[1] for name in schemas()} - parts
        assert named == {f"{name}.json" for topic in TOPICS.values() for name in topic.types}

    def test_every_type_has_one_topic(self) -> None:
        names = [name for topic in TOPICS.values() for name in topic.types]
        assert len(names) == len(set(names)) == len(TYPES)


def test_models_cannot_be_changed() -> None:
    event = Envelope.model_validate(read(VALID[0]))
    with pytest.raises(ValidationError, match="frozen"):
        event.actor = "assistant"  # type: ignore[misc]
