"""Network and invocation let through what the code does, and nothing else."""

from collections.abc import Callable

import pytest
from manifests.render import judged, rendered
from manifests.resources import Document
from manifests.spoiling import KAFKA, VALKEY, annotations_of, spoiled, without
from policies import apis, flows, invocation
from policies.code import invoked, sidecar_calls, tool_calls
from policies.network import Network, Party
from policies.operations import allows
from todoku_local.places import REPOSITORY
from todoku_local.services import BY_ID


class TestNetwork:
    def test_policies_equal_the_flows(self) -> None:
        assert judged(flows.findings, *flows.KINDS) == {}

    @pytest.mark.parametrize(
        ("policy", "finding"),
        [
            ("default-deny", "is allowed and never used"),
            ("dns", "→ dns:53/UDP is needed and not allowed"),
            ("dapr", "task → dapr-sentry:50001/TCP is needed and not allowed"),
            ("services", "frontend → chat-agent:8000/TCP is needed and not allowed"),
            ("task-invocation", "mcp-tool → task:50002/TCP is needed and not allowed"),
            ("valkey", "task → valkey:6379/TCP is needed and not allowed"),
            ("postgres", "task-migrations → postgres:5432/TCP is needed and not allowed"),
            ("model", "chat-agent → outside:443/TCP is needed and not allowed"),
        ],
    )
    def test_lack_of_a_policy_is_found(self, policy: str, finding: str) -> None:
        found = flows.findings(without(VALKEY, "NetworkPolicy", policy))
        assert any(finding in text for text in found)

    def test_gateway_shut_out_is_found(self) -> None:
        found = flows.findings(without(KAFKA, "CiliumNetworkPolicy", "certificate-challenge"))
        assert found == ["gateway → challenge:8089/TCP is needed and not allowed"]

    @pytest.mark.parametrize(
        ("policy", "spoil", "finding"),
        [
            (
                "model",
                lambda rule: rule["to"][0]["ipBlock"].pop("except"),
                "chat-agent → cloud metadata:443/TCP is allowed and never used",
            ),
            (
                "model",
                lambda rule: rule.pop("ports"),
                "chat-agent → outside:22/TCP is allowed and never used",
            ),
            (
                "dapr",
                lambda rule: rule["to"][0].pop("podSelector"),
                "task → dapr-sentry:6500/TCP is allowed and never used",
            ),
            (
                "mcp-tool",
                lambda rule: rule["to"][0]["podSelector"].clear(),
                "mcp-tool → stranger:50002",
            ),
        ],
    )
    def test_wider_policy_is_found(
        self, policy: str, spoil: Callable[[Document], object], finding: str
    ) -> None:
        documents = spoiled(
            VALKEY, "NetworkPolicy", policy, lambda d: spoil(d["spec"]["egress"][0])
        )
        if "stranger" in finding:
            documents = [d for d in documents if d["metadata"]["name"] != "default-deny"]
        assert any(finding in text for text in flows.findings(documents))

    def test_call_that_no_policy_knows_is_found(self) -> None:
        def call(deployment: Document) -> None:
            (container,) = deployment["spec"]["template"]["spec"]["containers"]
            container["env"].append({"name": "CHAT_URL", "value": "http://chat-agent"})

        found = flows.findings(spoiled(VALKEY, "Deployment", "task", call))
        assert found == ["task → chat-agent:8000/TCP is needed and not allowed"]

    def test_both_sides_have_to_allow(self) -> None:
        one, other = Party("one", {"app": "one"}), Party("other", {"app": "other"})
        shut = {"podSelector": {"matchLabels": other.labels}, "policyTypes": ["Ingress"]}
        assert Network([]).passes(one, other, ("TCP", 80))
        assert not Network([{"spec": shut}]).passes(one, other, ("TCP", 80))
        assert Network([{"spec": shut}]).passes(other, one, ("TCP", 80))


class TestInvocation:
    def test_only_what_tools_call_is_allowed(self) -> None:
        assert judged(invocation.findings, "Deployment", "Configuration") == {}

    def test_mcp_tool_calls_task_only(self) -> None:
        assert invoked("mcp-tool") == {"task"}
        assert ("PATCH", "/api/me/tasks/12/complete") in tool_calls()
        assert ("GET", "/api/me/settings") in tool_calls()

    @pytest.mark.parametrize("path", ["/events/*", "/job/*", "/ops/*"])
    def test_path_too_many_is_found(self, path: str) -> None:
        def allow(configuration: Document) -> None:
            (policy,) = configuration["spec"]["accessControl"]["policies"]
            verbs = ["GET", "POST", "DELETE", "PATCH"]
            policy["operations"].append({"name": path, "httpVerb": verbs, "action": "allow"})

        found = invocation.findings(spoiled(VALKEY, "Configuration", "task", allow))
        assert any(path.rstrip("*/") in text for text in found)

    def test_method_too_many_is_found(self) -> None:
        def allow(configuration: Document) -> None:
            (policy,) = configuration["spec"]["accessControl"]["policies"]
            (own,) = [each for each in policy["operations"] if each["name"].endswith("/settings")]
            own["httpVerb"].append("PATCH")

        found = invocation.findings(spoiled(VALKEY, "Configuration", "task", allow))
        assert found == ["mcp-tool → task: PATCH /api/me/settings is allowed and never called"]

    def test_path_too_few_is_found(self) -> None:
        def refuse(configuration: Document) -> None:
            (policy,) = configuration["spec"]["accessControl"]["policies"]
            policy["operations"].pop()

        found = invocation.findings(spoiled(VALKEY, "Configuration", "task", refuse))
        assert found == ["mcp-tool → task: PATCH /api/me/tasks/12/complete is refused"]

    @pytest.mark.parametrize("name", ["task", "frontend"])
    def test_open_default_is_found(self, name: str) -> None:
        def allow(configuration: Document) -> None:
            configuration["spec"]["accessControl"]["defaultAction"] = "allow"

        found = invocation.findings(spoiled(VALKEY, "Configuration", name, allow))
        assert any("not denied by default" in text for text in found)

    def test_caller_too_many_is_found(self) -> None:
        def invite(configuration: Document) -> None:
            (policy,) = configuration["spec"]["accessControl"]["policies"]
            configuration["spec"]["accessControl"]["policies"].append(
                policy | {"appId": "notification"}
            )

        found = invocation.findings(spoiled(VALKEY, "Configuration", "task", invite))
        assert found == ["Deployment task: notification never calls it"]


class TestApis:
    def test_an_app_may_call_what_it_calls(self) -> None:
        assert judged(apis.findings, "Deployment", "Configuration") == {}

    def test_only_mcp_tool_invokes_and_only_notification_has_jobs(self) -> None:
        calls = {app_id: sidecar_calls(app_id) for app_id in BY_ID}
        assert {app_id for app_id in calls if "invoke" in calls[app_id]} == {"mcp-tool"}
        assert {app_id for app_id in calls if "schedule_job" in calls[app_id]} == {"notification"}
        assert all("metadata" in made for made in calls.values())

    def test_the_front_end_knows_no_sidecar(self) -> None:
        """It would need a port and a token, which Dapr gives in such variables."""
        files = [*(REPOSITORY / "frontend/src").rglob("*.ts*")]
        assert files
        assert not [path for path in files if "DAPR_" in path.read_text()]

    @pytest.mark.parametrize(
        ("app", "name", "finding"),
        [
            ("mcp-tool", "invoke", "calls invoke v1 http, which is refused"),
            ("task", "bindings", "all of grpc is open, for nothing of it is named"),
            ("frontend", "metadata", "all of http is open, for nothing of it is named"),
        ],
    )
    def test_api_too_few_is_found(self, app: str, name: str, finding: str) -> None:
        def refuse(configuration: Document) -> None:
            rules = configuration["spec"]["api"]["allowed"]
            rules[:] = [rule for rule in rules if rule["name"] not in (name, "publish")]

        found = apis.findings(spoiled(VALKEY, "Configuration", app, refuse))
        assert f"Deployment {app}: {finding}" in found

    def test_api_too_many_is_found(self) -> None:
        def allow(configuration: Document) -> None:
            rule = {"name": "invoke", "version": "v1", "protocol": "http"}
            configuration["spec"]["api"]["allowed"].append(rule)

        found = apis.findings(spoiled(VALKEY, "Configuration", "notification", allow))
        assert found == ["Deployment notification: may call invoke v1 http and never does"]

    def test_another_apps_configuration_is_found(self) -> None:
        def take(deployment: Document) -> None:
            annotations_of(deployment)["dapr.io/config"] = "notification"

        found = apis.findings(spoiled(VALKEY, "Deployment", "task", take))
        assert "Deployment task: may call jobs v1alpha1 grpc and never does" in found


class TestOperations:
    """As Dapr's own tests have it (`pkg/config/acl_trie_test.go`)."""

    @pytest.mark.parametrize(
        ("name", "path", "allowed"),
        [
            ("/tasks/*", "/tasks", True),
            ("/tasks/*", "/tasks/12", True),
            ("/tasks/*", "/tasks/12/complete", False),
            ("/tasks/**/complete", "/tasks/12/complete", True),
            ("/tasks/**/complete", "/tasks/12/13/complete", False),
            ("/tasks/**", "/tasks/12/13", True),
            ("/tasks", "/tasks/12", True),
            ("/tasks/1*", "/tasks/12", True),
            ("/tasks/1*", "/tasks/2", False),
        ],
    )
    def test_wildcards(self, name: str, path: str, allowed: bool) -> None:
        operation = {"name": name, "httpVerb": ["GET"], "action": "allow"}
        assert allows([operation], "GET", path) is allowed
        assert not allows([operation], "POST", path)


def test_every_broker_is_among_the_combinations() -> None:
    assert {"base+network-policies+valkey", KAFKA, VALKEY} <= rendered().keys()
