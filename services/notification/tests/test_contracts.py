"""What the contracts give as examples is understood, and what is not in them is given up."""

import json
from pathlib import Path

import pytest
from todoku_contracts.registry import TYPES
from todoku_notification.main import create
from todoku_notification.settings import Settings
from todoku_platform.app import Context
from todoku_platform.inbox import Outcome

pytestmark = pytest.mark.postgres

EXAMPLES = Path(__file__).parents[3] / "contracts" / "examples"
TOPICS = {"task-events", "task-updates", "user-events", "reminders"}


def examples() -> list:
    found = []
    for path in sorted(EXAMPLES.glob("*.*/*.json")):
        event = json.loads(path.read_text())
        if TYPES[event["type"]].topic in TOPICS:
            found.append(pytest.param(event, id=f"{path.parent.name}/{path.stem}"))
    return found


@pytest.fixture
def dispatcher(storage, clock):
    token = "a" * 20
    settings = Settings(app_api_token=token, dapr_api_token=token, operator_token=token)
    context = Context.build(settings, clock)
    context.storage._driver = storage._driver
    create(settings, context)
    return context.dispatcher


class TestExamples:
    @pytest.mark.parametrize("example", examples())
    async def test_is_handled(self, dispatcher, repository, example) -> None:
        topic = TYPES[example["type"]].topic
        assert await dispatcher.dispatch(topic, example) == (Outcome.SUCCESS, "")

    async def test_there_are_some_of_every_type(self) -> None:
        ours = {name for name, each in TYPES.items() if each.topic in TOPICS}
        assert {param.values[0]["type"] for param in examples()} == ours
