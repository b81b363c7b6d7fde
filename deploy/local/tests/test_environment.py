import pytest
from todoku_local import environment, secrets, sidecar, valkey
from todoku_local.ports import Ports
from todoku_local.roles import addresses
from todoku_local.services import BY_ID

KNOWN = secrets.complete({})
VARIABLES = (
    KNOWN
    | environment.addresses(Ports())
    | addresses("postgresql://a:b@/todoku?host=/s", KNOWN)
    | {"REDIS_HOST": "127.0.0.1:1", "REDIS_TLS": "false", "TODOKU_STATE": "/state"}
)


class TestService:
    def test_has_no_secret_of_another(self) -> None:
        found = environment.of_service(BY_ID["task"], 1, 2, 3, VARIABLES)
        foreign = {"MCP_SIGNING_KEY", "BETTER_AUTH_SECRET", "POSTGRES_PASSWORD", "CHAT_DB_DSN"}
        assert not foreign & found.keys()
        assert not {KNOWN[name] for name in KNOWN if "PASSWORD" in name} & set(found.values())

    def test_database_address_only_for_direct_storage(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgresql://admin:all@/x")
        found = environment.of_service(BY_ID["task"], 1, 2, 3, VARIABLES)
        assert "DATABASE_URL" not in found
        monkeypatch.setenv("STORAGE", "direct")
        found = environment.of_service(BY_ID["task"], 1, 2, 3, VARIABLES)
        assert found["DATABASE_URL"] == VARIABLES["TASK_DB_DSN"]


class TestSidecar:
    def test_knows_its_own_database_and_broker_user_only(self) -> None:
        found = sidecar.environment("task", VARIABLES)
        assert found["BROKER_USERNAME"] == "task"
        assert found["BROKER_PASSWORD"] == KNOWN["BROKER_PASSWORD_TASK"]
        assert {name for name in found if name.endswith("_DSN")} == {"TASK_DB_DSN"}

    def test_external_broker_has_the_credentials_of_its_url(self) -> None:
        external = valkey.external("rediss://me:secret@broker.example.org:6380")
        found = sidecar.environment("task", VARIABLES | external)
        assert (found["BROKER_USERNAME"], found["BROKER_PASSWORD"]) == ("me", "secret")
        assert (found["REDIS_HOST"], found["REDIS_TLS"]) == ("broker.example.org:6380", "true")
