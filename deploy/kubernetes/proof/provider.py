"""A managed Kafka, in a namespace of its own: users, rights and topics as the contracts say."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from todoku_cluster import kubectl
from todoku_contracts.brokers import kafka_topics, kafka_users
from todoku_contracts.registry import TOPICS
from todoku_contracts.topology import access

FOLDER = Path(__file__).parent / "kafka"
NAMESPACE = "kafka"
HOST = "kafka.kafka.svc"
ADMIN = "admin"
TOOL_SECONDS = 120
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"


class Provider:
    def __init__(self, image: str) -> None:
        self._image = image
        self._rights = access(TOPICS.values())
        self._passwords = {name: secrets.token_hex(16) for name in (ADMIN, *self._rights)}
        self._authority, self._server = certificates()

    def steps(self) -> dict[str, Callable[[], str]]:
        return {
            "a managed Kafka is there": self.broker,
            "its topics and rights are those of the contracts": self.rights,
        }

    def environment(self, folder: Path) -> dict[str, str]:
        """What an operator would give `todoku-cluster secrets`."""
        path = folder / "ca.crt"
        path.write_text(self._authority)
        return {"BROKER_CA_FILE": str(path)} | {
            f"BROKER_PASSWORD_{app.upper().replace('-', '_')}": self._passwords[app]
            for app in self._rights
        }

    def broker(self) -> str:
        kubectl.call("delete", "namespace", NAMESPACE, "--ignore-not-found", timeout=TOOL_SECONDS)
        labels = {"pod-security.kubernetes.io/enforce": "restricted"}
        metadata = {"name": NAMESPACE, "labels": labels}
        documents = list(yaml.safe_load_all((FOLDER / "broker.yaml").read_text()))
        documents[1]["spec"]["template"]["spec"]["containers"][0]["image"] = self._image
        kubectl.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}])
        kubectl.apply([self._secret(), *documents])
        ready = ("rollout", "status", "statefulset/kafka", f"--timeout={TOOL_SECONDS}s")
        kubectl.call("-n", NAMESPACE, *ready, timeout=TOOL_SECONDS + 10)
        return f"{HOST}:9093, SASL_SSL, SCRAM-SHA-512"

    def _secret(self) -> dict[str, Any]:
        login = f'{LOGIN} username="{ADMIN}" password="{self._passwords[ADMIN]}";'
        settings = (FOLDER / "server.properties").read_text()
        settings += f"listener.name.client.scram-sha-512.sasl.jaas.config={login}\n"
        client = (
            f"security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config={login}\n"
            "ssl.truststore.type=PEM\nssl.truststore.location=/settings/ca.crt\n"
        )
        users = [f"name={name},password={word}" for name, word in self._passwords.items()]
        data = {
            "server.properties": settings,
            "client.properties": client,
            "server.pem": self._server,
            "ca.crt": self._authority,
            "credentials": "\n".join(users),
        }
        metadata = {"name": "kafka", "namespace": NAMESPACE}
        return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data}

    def rights(self) -> str:
        commands = [*topic_commands(), *acl_commands()]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(tool, commands))
        return f"{len(commands)} commands"


def topic_commands() -> Iterator[list[str]]:
    for topic in kafka_topics(TOPICS.values()):
        name, spec = topic["metadata"]["name"], topic["spec"]
        yield [
            "TopicCommand", "--create", "--topic", name,
            "--partitions", str(spec["partitions"]),
            "--config", f"retention.ms={spec['config']['retention.ms']}",
        ]  # fmt: skip


def acl_commands() -> Iterator[list[str]]:
    """One a user and list of operations: the tool takes several resources at once."""
    live = access(TOPICS.values(), "live")
    for user in kafka_users(access(TOPICS.values()), live):
        who = ["AclCommand", "--add", "--allow-principal", f"User:{user['metadata']['name']}"]
        grouped: dict[tuple[str, ...], list[str]] = {}
        for acl in user["spec"]["authorization"]["acls"]:
            resource = [f"--{acl['resource']['type']}", acl["resource"]["name"]]
            grouped.setdefault(tuple(acl["operations"]), []).extend(resource)
        for operations, resources in grouped.items():
            allowed = [part for name in operations for part in ("--operation", name)]
            yield [*who, *allowed, *resources]


def tool(arguments: list[str]) -> str:
    main, *rest = arguments
    server = [
        "--bootstrap-server",
        f"{HOST}:9093",
        "--command-config",
        "/settings/client.properties",
    ]
    command = ["/entrypoint.sh", f"org.apache.kafka.tools.{main}", *server, *rest]
    return kubectl.call(
        "-n", NAMESPACE, "exec", "statefulset/kafka", "--", *command, timeout=TOOL_SECONDS
    )


def certificates() -> tuple[str, str]:
    """An authority's certificate, and the broker's key and certificate by it, as PEM."""
    authority, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    issuer = _name("Proof's authority")
    root = (
        _certificate(issuer, issuer, authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority, hashes.SHA256())
    )
    server = (
        _certificate(_name(HOST), issuer, key)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(authority, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return _pem(root), private.decode() + _pem(server)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=7))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
