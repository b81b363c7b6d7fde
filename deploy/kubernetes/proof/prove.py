"""Proves Todoku on the cluster that kubectl's current context names: `make proof`.

    prove.py --broker valkey --tag TAG [--load http://frontend] [--only STEP…]

Images `todoku/*:TAG` must be where the cluster pulls from. Prints each step with its time; ends
with 0 only if all hold. It changes the namespace `todoku`: no cluster that people use.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml
from todoku_local.errors import LocalError
from todoku_local.places import REPOSITORY

sys.path.insert(0, str(Path(__file__).parent))

import cluster
from access import Access
from faults import Faults
from figures import Figures
from load import Load
from network import Network
from provider import Provider
from rollout import Rollout

BROKERS = {"valkey": "deploy/kubernetes/overlays/ci", "kafka": "deploy/kubernetes/proof/kafka"}


def overlay(broker: str, tag: str, folder: Path) -> Path:
    """What the broker's overlay gives, with the images of that tag."""
    images = [{"name": f"todoku/{app}", "newTag": tag} for app in cluster.APPS]
    base = REPOSITORY / BROKERS[broker]
    written = {"resources": [str(base.relative_to(folder, walk_up=True))], "images": images}
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(written))
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--broker", choices=BROKERS, default="valkey")
    parser.add_argument("--tag", required=True, help="of the images todoku/*")
    parser.add_argument(
        "--seconds", type=float, default=10, help="of load before and after a fault"
    )
    parser.add_argument("--only", nargs="*", metavar="word", help="steps with one of these words")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        chosen = overlay(options.broker, options.tag, folder)
        smoke = f"todoku/smoke:{options.tag}"
        steps: dict[str, Callable[[], str]] = {}
        given: dict[str, str] = {}
        if options.broker == "kafka":
            provider = Provider(f"todoku/kafka:{options.tag}")
            steps |= provider.steps()
            given = provider.environment(folder)
        for part in (
            Rollout(chosen, smoke, given),
            Network(smoke),
            Load(smoke, options.seconds),
            Access(smoke),
            Faults(),
            Figures(),
        ):
            steps |= part.steps()
        return prove(steps, options.only)


def prove(steps: dict[str, Callable[[], str]], only: list[str] | None) -> int:
    failed = 0
    began = time.monotonic()
    for name, step in steps.items():
        if only and not any(word in name for word in only):
            continue
        start = time.monotonic()
        try:
            verdict, said = "ok  ", step()
        except (AssertionError, LocalError) as error:
            verdict, said = "FAIL", str(error)
            failed += 1
        now = time.monotonic()
        print(f"{verdict} {now - start:6.1f} s  {name}{': ' if said else ''}{said}", flush=True)
    print(f"{failed} failed" if failed else f"all held, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
