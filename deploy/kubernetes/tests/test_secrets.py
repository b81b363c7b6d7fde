"""Which Secrets are made, from what, and that values stay where they belong."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.kubectl import FakeKubectl
from todoku_cluster import overlay, secrets
from todoku_cluster.cli import app
from todoku_local.errors import LocalError
from typer.testing import CliRunner, Result

BROKER = {"valkey-users", "broker-task", "broker-recurring-task", "broker-notification"}
ALL = BROKER | secrets.database_secrets() | {"postgres-admin", "operator-token"}
NEON = "postgresql://me:pw@ep-one-pooler.eu.example.org/db?sslmode=require&channel_binding=require"
KAFKA = {"BROKER_PASSWORD_TASK": "one", "BROKER_PASSWORD_RECURRING_TASK": "two"}


def reading(*names: str) -> dict[str, Any]:
    """A pod that reads these Secrets, as an overlay renders it."""
    variables = [{"name": f"V{n}", "valueFrom": {"secretKeyRef": {"name": name, "key": "token"}}}
                 for n, name in enumerate(names)]  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "reader"},
        "spec": {"containers": [{"name": "app", "env": variables}]},
    }


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["secrets", str(Path(__file__).parent / "sample"), *arguments])


def value(held: dict[str, Any], name: str, key: str) -> str:
    return base64.b64decode(held[name]["data"][key]).decode()


class TestMaking:
    def test_what_repeats_another_follows_it(self) -> None:
        made = secrets.lacking(ALL, {}, {})
        password = made["broker-task"]["password"]
        digest = hashlib.sha256(password.encode()).hexdigest()
        assert f"user task on #{digest} " in made["valkey-users"]["users.acl"]
        assert "admin" not in made["valkey-users"]["users.acl"]
        dsn = made["database-task"]["dsn"]
        assert dsn.endswith("@postgres:5432/todoku")
        assert dsn.split(":")[2].split("@")[0] in made["postgres-admin"]["init.sql"]

    def test_of_a_lost_one_the_others_tell_the_value(self) -> None:
        known = secrets.lacking(ALL, {}, {})
        left = {name: data for name, data in known.items() if name != "valkey-users"}
        assert secrets.lacking(ALL, left, {}) == {"valkey-users": known["valkey-users"]}
        assert secrets.lacking(ALL, known, {}) == {}

    def test_a_new_app_comes_into_what_repeats_it(self) -> None:
        known = secrets.lacking(ALL, {}, {})
        del known["broker-task"]
        made = secrets.lacking(ALL, known, {})
        assert set(made) == {"broker-task", "valkey-users"}

    def test_neon_gives_apps_the_pool_and_owners_the_server(self) -> None:
        made = secrets.lacking(secrets.database_secrets(), {}, {"DATABASE_URL": NEON})
        for name, data in made.items():
            assert ("-pooler." in data["dsn"]) is not name.endswith("-owner")
            assert data["dsn"].endswith("/db?sslmode=require")

    def test_without_a_database_it_says_what_to_set(self) -> None:
        with pytest.raises(LocalError, match=r"database-task: this overlay .* set DATABASE_URL"):
            secrets.lacking({"database-task"}, {}, {})

    def test_of_a_managed_broker_every_missing_variable_is_named(self) -> None:
        with pytest.raises(LocalError, match="set BROKER_PASSWORD_NOTIFICATION, BROKER_CA_FILE"):
            secrets.lacking({"broker-ca", "broker-task"}, {}, KAFKA)
        given = KAFKA | {"BROKER_PASSWORD_NOTIFICATION": "three", "BROKER_CA": "PEM"}
        made = secrets.lacking({"broker-ca", "broker-task"}, {}, given)
        assert made == {"broker-ca": {"ca.crt": "PEM"}, "broker-task": {"password": "one"}}

    def test_a_model_is_what_is_given_and_else_what_it_was(self) -> None:
        unset = {"model": {"api-key": "", "base-url": "", "model": ""}}
        assert secrets.lacking({"model"}, {}, {}) == unset
        made = secrets.lacking({"model"}, unset, {"OPENAI_API_KEY": "k"})
        assert made == {"model": {"api-key": "k", "base-url": "", "model": ""}}
        assert secrets.lacking({"model"}, made, {}) == {}

    def test_an_unknown_one_is_the_operators(self) -> None:
        with pytest.raises(LocalError, match="no way to make registry-login"):
            secrets.lacking({"registry-login"}, {}, {})


class TestApplying:
    def test_makes_them_once(self, kubectl: FakeKubectl) -> None:
        kubectl.renders(reading(*ALL))
        first = run("--apply")
        assert first.exit_code == 0, first.output
        held = kubectl.held
        assert held["todoku"]["kind"] == "Namespace"
        assert held.keys() - {"todoku"} == ALL
        assert f"0 made, {len(ALL)} kept" in run("--apply").output
        assert kubectl.held == held

    def test_values_are_neither_printed_nor_arguments(self, kubectl: FakeKubectl) -> None:
        kubectl.renders(reading(*ALL))
        printed = run("--apply").output
        for name in kubectl.held.keys() - {"todoku"}:
            for key, encoded in kubectl.held[name]["data"].items():
                told = printed + "\n".join(kubectl.calls)
                assert encoded not in told
                assert value(kubectl.held, name, key) not in told


class TestFiles:
    def test_are_for_their_owner_only_and_kept(self, kubectl: FakeKubectl, tmp_path: Path) -> None:
        kubectl.renders(reading("operator-token", "better-auth"))
        folder = tmp_path / "made"
        assert run("--output", str(folder)).exit_code == 0
        files = {file.name: file.read_text() for file in folder.iterdir()}
        assert set(files) == {"operator-token.yaml", "better-auth.yaml"}
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
        assert run("--output", str(folder)).exit_code == 0
        assert {file.name: file.read_text() for file in folder.iterdir()} == files
        assert not any(call.startswith(("get", "apply")) for call in kubectl.calls)


class TestModel:
    """Nobody has to have one, but a store that is asked for it needs an answer."""

    def test_is_made_where_one_is_given(
        self, kubectl: FakeKubectl, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kubectl.renders(reading("operator-token"))
        run("--apply")
        assert "model" not in kubectl.held
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        run("--apply")
        assert value(kubectl.held, "model", "api-key") == "k"
        monkeypatch.setenv("OPENAI_MODEL", "m")
        monkeypatch.delenv("OPENAI_API_KEY")
        assert "1 made, 1 kept" in run("--apply").output
        assert value(kubectl.held, "model", "api-key") == "k"
        assert value(kubectl.held, "model", "model") == "m"

    def test_every_entry_that_a_store_is_asked_for_gets_a_file(self) -> None:
        documents = overlay.render("doks")
        entries = {d["metadata"]["name"] for d in documents if d["kind"] == "ExternalSecret"}
        assert "model" in entries
        assert entries == overlay.needed(documents, stored_elsewhere=False)
        assert not entries & overlay.needed(documents)


class TestSealing:
    def test_prints_what_kubeseal_makes(
        self, kubectl: FakeKubectl, program: Callable[[str, str], None]
    ) -> None:
        kubectl.renders(reading("operator-token"))
        program("kubeseal", "#!/bin/sh\ncat >/dev/null\necho 'kind: SealedSecret'\n")
        done = run("--sealed")
        assert done.stdout == "---\nkind: SealedSecret\n"

    def test_without_kubeseal_says_so(
        self, kubectl: FakeKubectl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kubectl.renders(reading("operator-token"))
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        done = run("--sealed")
        assert done.exit_code == 1
        assert "kubeseal is not installed" in done.output


def test_one_place_must_be_named(kubectl: FakeKubectl) -> None:
    done = run()
    assert done.exit_code == 1
    assert "--apply, --output FOLDER, --sealed" in done.output
