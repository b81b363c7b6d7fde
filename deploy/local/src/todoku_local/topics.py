"""Who may publish and read which topic, from the contracts' topic files."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from todoku_local.places import REPOSITORY

TOPICS = REPOSITORY / "contracts/topics"


@dataclass
class Rights:
    publishes: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)


def dead_letter(topic: str, app_id: str) -> str:
    return f"{topic}.{app_id}.dead"


def rights(folder: Path = TOPICS, component: str | None = None) -> dict[str, Rights]:
    """Rights by app-id, of one pub/sub component or of all.

    A consumer also owns the dead letters of its subscription: it writes and reads them.
    The `live` component carries wake-ups that are worthless later: no dead letters."""
    found: dict[str, Rights] = {}
    for path in sorted(folder.glob("*.yaml")):
        described = yaml.safe_load(path.read_text())
        if component not in (None, described["component"]):
            continue
        topic = described["topic"]
        for app_id in described["producers"]:
            found.setdefault(app_id, Rights()).publishes.add(topic)
        for app_id in described["consumers"]:
            own = found.setdefault(app_id, Rights())
            own.reads.add(topic)
            if described["component"] == "pubsub":
                own.reads.add(dead_letter(topic, app_id))
                own.publishes.add(dead_letter(topic, app_id))
    return found
