"""The Secrets of a cluster: made once, one for each purpose, kept ever after."""

import secrets
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from todoku_contracts.registry import TOPICS
from todoku_contracts.topology import access
from todoku_local import roles, valkey
from todoku_local.errors import LocalError
from todoku_local.postgres import DATABASE
from todoku_local.secrets import complete
from todoku_local.services import AUTH_SCHEMA, BY_ID, FRONTEND, STORES

Data = Mapping[str, str]
Secrets = Mapping[str, Data]
"""By name, then by key; the values as they are, not in base64."""

APPS = (*BY_ID, FRONTEND)
OPERATOR, SIGNING, SESSIONS = "operator-token", "mcp-signing-key", "better-auth"
MODEL, CA, USERS, POSTGRES = "model", "broker-ca", "valkey-users", "postgres-admin"
FOLLOWING = (USERS, POSTGRES, MODEL)
"""These say again what others hold, or the operator sets, and are brought in line with it."""
GIVEN = {"OPENAI_API_KEY": "api-key", "OPENAI_BASE_URL": "base-url", "OPENAI_MODEL": "model"}
NO_DATABASE = (
    "this overlay brings no database: set DATABASE_URL to its administrator's address, such as"
    " postgresql://user:password@endpoint-pooler.region.aws.neon.tech/todoku?sslmode=require"
)


def lacking(names: set[str], known: Secrets, given: Data) -> dict[str, dict[str, str]]:
    """Of the Secrets of these names those that are not known yet, or no longer follow.

    `given` is the operator's environment: DATABASE_URL, BROKER_PASSWORD_<APP>,
    BROKER_CA_FILE's content as BROKER_CA, OPENAI_*. Raises LocalError."""
    values = complete(_passwords(known) | _bought(names, known, given))
    made = _tokens() | _databases(names, values, given) | _brokers(values, given)
    made |= {
        OPERATOR: {"token": values["OPERATOR_TOKEN"]},
        SIGNING: {"key": values["MCP_SIGNING_KEY"]},
        SESSIONS: {"secret": values["BETTER_AUTH_SECRET"]},
        MODEL: _model(known.get(MODEL, {}), given),
    }
    if unknown := sorted(names - made.keys() - known.keys()):
        homeless = any(name.startswith("database-") for name in unknown)
        why = NO_DATABASE if homeless else "these are yours to give"
        raise LocalError(f"no way to make {', '.join(unknown)}: {why}")
    return {
        name: made[name]
        for name in sorted(names & made.keys())
        if name not in known or (name in FOLLOWING and known[name] != made[name])
    }


def provisioned(known: Secrets) -> dict[str, str]:
    """The passwords that the database's roles get. Raises LocalError when some are not there."""
    found = {name: value for name, value in _passwords(known).items() if "_DB_" in name}
    if not all(found.values()):
        raise LocalError("the database's Secrets are not all there: `todoku-cluster secrets` first")
    return found


def database_secrets() -> set[str]:
    return {f"database-{app}{end}" for app in _schemas().values() for end in ("", "-owner")}


def _passwords(known: Secrets) -> dict[str, str]:
    """What other Secrets repeat, by the names of one machine's secrets file."""
    found = {"POSTGRES_PASSWORD": known.get(POSTGRES, {}).get("password", "")}
    for app_id, service in BY_ID.items():
        held = known.get(f"broker-{app_id}", {}).get("password", "")
        found[f"BROKER_PASSWORD_{service.variable}"] = held
    for schema, app in _schemas().items():
        for end, name in (("", f"database-{app}"), ("_OWNER", f"database-{app}-owner")):
            dsn = known.get(name, {}).get("dsn", "")
            found[f"{schema.upper()}_DB{end}_PASSWORD"] = unquote(urlsplit(dsn).password or "")
    return found


def _bought(names: set[str], known: Secrets, given: Data) -> dict[str, str]:
    """A managed broker's users and certificate, which only the operator can say."""
    if CA not in names:
        return {}
    variables = {f"BROKER_PASSWORD_{BY_ID[app].variable}": f"broker-{app}" for app in _brokered()}
    variables["BROKER_CA"] = CA
    missing = [
        name for name, held in variables.items() if held not in known and not given.get(name)
    ]
    if missing:
        said = ", ".join("BROKER_CA_FILE" if name == "BROKER_CA" else name for name in missing)
        raise LocalError(
            f"set {said}: the broker has one user an app, called as the app, and BROKER_CA_FILE"
            " names the certificate of its authority (PEM)"
        )
    return {name: given[name] for name, held in variables.items() if held not in known}


def _model(held: Data, given: Data) -> dict[str, str]:
    """Empty is as good as unset, and can be had of a store like any other."""
    return {key: given.get(name) or held.get(key, "") for name, key in GIVEN.items()}


def _tokens() -> dict[str, dict[str, str]]:
    ends = ("dapr", "app")
    return {
        f"{end}-api-token-{app}": {"token": secrets.token_hex(24)} for app in APPS for end in ends
    }


def _brokered() -> list[str]:
    return sorted(access(TOPICS.values()))


def _brokers(values: Data, given: Data) -> dict[str, dict[str, str]]:
    passwords = {app: values[f"BROKER_PASSWORD_{BY_ID[app].variable}"] for app in _brokered()}
    made = {f"broker-{app}": {"password": password} for app, password in passwords.items()}
    own = {name: value for name, value in values.items() if name != "BROKER_ADMIN_PASSWORD"}
    made[USERS] = {"users.acl": valkey.users(access(TOPICS.values()), own)}
    return made | {CA: {"ca.crt": given.get("BROKER_CA", "")}}


def _schemas() -> dict[str, str]:
    return {str(store.schema): store.app_id for store in STORES} | {AUTH_SCHEMA: FRONTEND}


def _databases(names: set[str], values: Data, given: Data) -> dict[str, dict[str, str]]:
    """Apps by the pooled address where there is one, owners by the direct one."""
    made: dict[str, dict[str, str]] = {}
    admin = given.get("DATABASE_URL") or ""
    if POSTGRES in names:
        password = values["POSTGRES_PASSWORD"]
        admin = f"postgresql://postgres:{password}@postgres:5432/{DATABASE}"
        script = "".join(f"{each};\n" for each in roles.statements(values, DATABASE))
        made[POSTGRES] = {"password": password, "init.sql": script}
    elif not admin:
        return made
    found = roles.addresses(admin, values)
    for schema, app in _schemas().items():
        own = found.get(f"{schema.upper()}_DB_DSN") or found["AUTH_DATABASE_URL"]
        owner = found.get(f"{schema.upper()}_DB_OWNER_DSN") or roles.direct(own)
        made |= {f"database-{app}": {"dsn": own}, f"database-{app}-owner": {"dsn": owner}}
    return made
