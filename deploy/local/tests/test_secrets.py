import base64
import stat
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from todoku_local import secrets


class TestComplete:
    def test_every_start_of_a_new_state_makes_other_secrets(self) -> None:
        first, second = secrets.complete({}), secrets.complete({})
        assert all(first[name] != second[name] for name in first)

    def test_known_secrets_stay(self) -> None:
        first = secrets.complete({})
        assert secrets.complete(first) == first

    def test_signing_key_is_a_private_key_in_one_line(self) -> None:
        key = secrets.complete({})["MCP_SIGNING_KEY"]
        assert "\n" not in key
        load_pem_private_key(base64.b64decode(key), None)


class TestFile:
    def test_comes_back_as_written_and_is_private(self, tmp_path: Path) -> None:
        path = tmp_path / "env"
        variables = {"A": "x y", "URL": "postgresql://u:p@/d?host=/s", "QUOTE": "it's"}
        secrets.write(path, variables)
        assert secrets.read(path) == variables
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_absent_file_has_no_variables(self, tmp_path: Path) -> None:
        assert secrets.read(tmp_path / "env") == {}
