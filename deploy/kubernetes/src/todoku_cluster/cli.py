"""`todoku-cluster`: Todoku on the cluster that the current context of kubectl names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from todoku_local import roles
from todoku_local.errors import LocalError

from todoku_cluster import kubectl, overlay, requirements, rollout, secrets, smoke, stored

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)
Overlay = Annotated[str, typer.Argument(help="minikube, doks, ci, or a kustomization's folder")]
Target = Annotated[str, typer.Argument(help="minikube, doks or ci")]
Namespace = Annotated[str, typer.Option(help="where Todoku lives")]


def say(line: str) -> None:
    typer.echo(line, err=True)


@contextmanager
def in_one_line() -> Iterator[None]:
    """What its owner can put right is said, not traced."""
    try:
        yield
    except (LocalError, smoke.Failed) as error:
        say(str(error))
        raise typer.Exit(1) from error


@app.command("secrets")
def make_secrets(
    name: Overlay = "minikube",
    namespace: Namespace = "todoku",
    output: Annotated[Path | None, typer.Option(help="a folder for one file each (0600)")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="into the cluster")] = False,
    sealed: Annotated[bool, typer.Option("--sealed", help="by kubeseal, printed")] = False,
) -> None:
    """Make the Secrets that the overlay reads and that are not there yet.

    Random values, but for DATABASE_URL (a database of yours: its administrator's address),
    OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL (a model), and for a managed Kafka
    BROKER_PASSWORD_TASK, BROKER_PASSWORD_RECURRING_TASK, BROKER_PASSWORD_NOTIFICATION (its users
    are called as the apps) and BROKER_CA_FILE (the certificate of its authority, PEM).
    """
    with in_one_line():
        if sum((output is not None, apply, sealed)) != 1:
            raise LocalError("say where to: one of --apply, --output FOLDER, --sealed")
        place = stored.Folder(output) if output else stored.Cluster()
        # A store or a file of the operator's gets all that pods read, also what comes of it.
        documents = _lacking(name, namespace, place, stored_elsewhere=apply)
        if sealed:
            typer.echo(stored.seal(documents), nl=False)
        else:
            place.write(documents, namespace)


def _lacking(
    name: str, namespace: str, place: stored.Place, *, stored_elsewhere: bool
) -> stored.Documents:
    rendered = overlay.render(name)
    needed = overlay.needed(rendered, stored_elsewhere=stored_elsewhere)
    given = _given()
    if any(given.get(name) for name in secrets.GIVEN):
        needed.add(secrets.MODEL)
    made = secrets.lacking(needed, place.read(needed, namespace), given)
    for each in made:
        say(f"made {each}")
    say(f"{len(made)} made, {len(needed - made.keys())} kept")
    return stored.documents(made, namespace)


def _given() -> dict[str, str]:
    found = dict(os.environ)
    if path := found.get("BROKER_CA_FILE"):
        try:
            found["BROKER_CA"] = Path(path).read_text()
        except OSError as error:
            raise LocalError(f"BROKER_CA_FILE: {error}") from error
    return found


@app.command()
def database(
    namespace: Namespace = "todoku",
    output: Annotated[Path | None, typer.Option(help="where `secrets --output` wrote")] = None,
) -> None:
    """Make the roles and schemas on DATABASE_URL, with the passwords of the Secrets."""
    with in_one_line():
        if not (admin := os.environ.get("DATABASE_URL")):
            raise LocalError("DATABASE_URL is not set: the address of the database's administrator")
        place = stored.Folder(output) if output else stored.Cluster()
        held = place.read(secrets.database_secrets(), namespace)
        roles.provision(admin, secrets.provisioned(held))
        say(f"roles and schemas are there: {', '.join(roles.SCHEMAS)}")


@app.command()
def check(name: Target, namespace: Namespace = "todoku") -> None:
    """Name everything that a roll-out needs and that is missing; change nothing."""
    with in_one_line():
        if missing := requirements.missing(name, namespace):
            raise LocalError("\n".join(missing))
        say(f"{name}: nothing is missing")


@app.command()
def up(
    name: Target,
    namespace: Namespace = "todoku",
    tag: Annotated[str, typer.Option(help="deploy images of this tag, build none")] = "",
    digests: Annotated[
        str, typer.Option(help="of these images, which a tag may no longer name: JSON, by app")
    ] = "",
    watch: Annotated[bool, typer.Option("--watch", help="and again what changes")] = False,
) -> None:
    """Check, build, deploy, wait until all is ready, try it; again and again as you like."""
    check(name, namespace)
    with in_one_line():
        if requirements.target(name).makes_secrets:
            place = stored.Cluster()
            place.write(_lacking(name, namespace, place, stored_elsewhere=True), namespace)
        if watch:
            rollout.watch(name)
            return
        say(f"ready: {rollout.up(name, namespace, tag, digests)}")


@app.command()
def down(
    name: Target,
    namespace: Namespace = "todoku",
    data: Annotated[bool, typer.Option("--data", help="the data, too")] = False,
) -> None:
    """Remove what was deployed; volumes, Secrets and Dapr stay."""
    with in_one_line():
        requirements.reachable(name)
        rollout.down(name, namespace, data=data)
        say("removed" if data else "removed; the data and the Secrets are kept (--data)")


@app.command("smoke")
def try_it(
    url: Annotated[str | None, typer.Option(help="by default the cluster's front end")] = None,
    namespace: Namespace = "todoku",
    quick: Annotated[bool, typer.Option("--quick", help="without the reminder")] = False,
) -> None:
    """Do the main job as a new person would, and clean up after it."""
    with in_one_line():
        if url:
            smoke.run(url, typer.echo, quick=quick)
            return
        with kubectl.forwarded(namespace) as forwarded:
            smoke.run(forwarded, typer.echo, quick=quick)


def main() -> None:
    app()
