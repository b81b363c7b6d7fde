from todoku_local import roles, secrets

ADMIN = "postgresql://me:old@ep-x-pooler.eu.example.org:5432/db?sslmode=require"


class TestAddresses:
    def test_service_goes_by_the_given_host_and_migrations_past_the_pooler(self) -> None:
        known = secrets.complete({})
        found = roles.addresses(ADMIN, known)
        password = known["TASK_DB_PASSWORD"]
        assert found["TASK_DB_DSN"] == ADMIN.replace("me:old", f"todoku_task:{password}")
        assert "-pooler" not in found["TASK_DB_OWNER_DSN"]

    def test_socket_addresses_keep_their_folder(self) -> None:
        moved = roles.with_credentials("postgresql://a:b@/todoku?host=/run/pg", "u", "p")
        assert moved == "postgresql://u:p@/todoku?host=/run/pg"

    def test_what_only_libpq_knows_is_left_out(self) -> None:
        given = "postgresql://u:p@h/db?sslmode=require&channel_binding=require"
        assert roles.portable(given) == "postgresql://u:p@h/db?sslmode=require"
        found = roles.addresses(given, secrets.complete({}))
        assert not any("channel_binding" in address for address in found.values())


class TestStatements:
    def test_app_roles_get_rows_but_no_schema_of_their_own(self) -> None:
        made = roles.statements(secrets.complete({}), "todoku")
        granted = [one for one in made if one.startswith("GRANT USAGE")]
        assert 'GRANT USAGE ON SCHEMA "task" TO todoku_task' in granted
        assert not any("CREATE ON SCHEMA" in one for one in made)

    def test_nobody_else_may_connect(self) -> None:
        made = roles.statements(secrets.complete({}), "todoku")
        assert made[0] == 'REVOKE ALL ON DATABASE "todoku" FROM PUBLIC'
