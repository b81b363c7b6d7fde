"""What is wrong with the environment is said in one line each, and never with the value."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from todoku_platform.settings import read
from todoku_sample.settings import Settings

SAMPLE = Path(__file__).parent / "sample"
TOKENS = dict.fromkeys(("APP_API_TOKEN", "DAPR_API_TOKEN", "OPERATOR_TOKEN"), "t" * 20)
GOOD = TOKENS | {"APP_ID": "sample"}
SECRET = "hunter2-hunter2"


def start(**changed: str) -> subprocess.CompletedProcess[str]:
    """A service whose application is never made."""
    program = "from todoku_platform.server import run; from todoku_sample.settings import Settings;"
    return subprocess.run(
        [sys.executable, "-c", f"{program} run('todoku_sample:none', Settings)"],
        env=GOOD | {"PYTHONPATH": str(SAMPLE)} | changed,
        capture_output=True,
        text=True,
        timeout=60,
    )


class Listed(Settings):
    hosts: tuple[str, ...] = ()


def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **env) -> list[str]:
    """What `read` says before it ends the process with EX_CONFIG."""
    for name, value in (GOOD | env).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        read(Listed)
    assert ended.value.code == os.EX_CONFIG
    said = capsys.readouterr().err
    assert SECRET not in said
    return said.splitlines()


class TestRead:
    def test_every_missing_variable_and_its_meaning(self, monkeypatch, capsys):
        said = lines(monkeypatch, capsys, APP_API_TOKEN="", OPERATOR_TOKEN="")
        assert said == [
            "APP_API_TOKEN is not set: the token by which the app knows its sidecar",
            "OPERATOR_TOKEN is not set: the token for /ops",
        ]

    @pytest.mark.parametrize(
        ("name", "value", "wants"),
        [
            ("DAPR_API_TOKEN", SECRET, "must have at least 16 characters"),
            ("APP_PORT", SECRET, "must be a valid integer"),
            ("APP_PORT", "70000", "must be less than or equal to 65535"),
            ("STORAGE", SECRET, "must be 'binding' or 'direct'"),
            ("AUTH_JWKS_URL", SECRET, "must be an http(s) address"),
            ("LOG_LEVEL", SECRET, "must be 'DEBUG', 'INFO'"),
            ("DRAIN_SECONDS", "-1", "must be greater than or equal to 0"),
        ],
    )
    def test_an_unusable_one(self, monkeypatch, capsys, name, value, wants):
        (line,) = lines(monkeypatch, capsys, **{name: value})
        assert line.startswith(f"{name} {wants}")

    def test_one_that_is_no_json(self, monkeypatch, capsys):
        (line,) = lines(monkeypatch, capsys, HOSTS=SECRET)
        assert line == "HOSTS must be JSON"

    def test_direct_storage_without_an_address(self, monkeypatch, capsys):
        (line,) = lines(monkeypatch, capsys, STORAGE="direct")
        assert line == "DATABASE_URL is not set: STORAGE=direct needs it"


class TestProcess:
    def test_ends_with_the_code_for_configuration_and_no_traceback(self):
        done = start(OPERATOR_TOKEN="", APP_PORT=SECRET)
        assert done.returncode == os.EX_CONFIG
        assert "Traceback" not in done.stderr
        assert [line.split()[0] for line in done.stderr.splitlines()] == [
            "APP_PORT",
            "OPERATOR_TOKEN",
        ]

    def test_goes_on_to_make_the_application_otherwise(self):
        """So that the end above is the settings' doing."""
        assert "has no attribute 'none'" in start().stderr
