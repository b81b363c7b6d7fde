"""The Dapr sidecar: bindings, publishing, invocation, jobs. Nothing else in Todoku knows Dapr."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import grpc
import httpx2
from dapr.proto import api_service_v1, api_v1, common_v1
from google.protobuf.duration_pb2 import Duration

from todoku_platform.errors import Unavailable
from todoku_platform.settings import ServiceSettings

log = logging.getLogger(__name__)
JOB_RETRY_INTERVAL = Duration(seconds=2)
MAX_MESSAGE = 16 * 1024 * 1024
PASSING = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


class SidecarError(Exception):
    """The sidecar answered that it could not do it; the text is the component's."""


@dataclass(frozen=True)
class Entry:
    """One message of a bulk: `entry_id` names it in the answer, `key` orders it on Kafka."""

    entry_id: str
    key: str
    envelope: bytes
    content_type: str = "application/cloudevents+json"


@dataclass
class Sidecar:
    settings: ServiceSettings
    _channel: grpc.aio.Channel = field(init=False)
    _stub: api_service_v1.DaprStub = field(init=False)
    _http: httpx2.AsyncClient = field(init=False)

    async def open(self) -> None:
        """Connects lazily: the sidecar may come up later than the service, and may restart."""
        options = [
            ("grpc.max_receive_message_length", MAX_MESSAGE),
            ("grpc.max_send_message_length", MAX_MESSAGE),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 2000),
        ]
        address = f"127.0.0.1:{self.settings.dapr_grpc_port}"
        token = self.settings.dapr_api_token.get_secret_value()
        self._metadata = (("dapr-api-token", token),)
        self._channel = grpc.aio.insecure_channel(address, options=options)
        self._stub = api_service_v1.DaprStub(self._channel)  # type: ignore[no-untyped-call]
        self._http = httpx2.AsyncClient(
            base_url=f"http://127.0.0.1:{self.settings.dapr_http_port}",
            headers={"dapr-api-token": token},
            timeout=self.settings.dapr_api_timeout_seconds,
            trust_env=False,
            verify=False,  # loopback without TLS: the certificates would only take memory
        )

    async def close(self) -> None:
        await self._channel.close()
        await self._http.aclose()

    async def ready(self) -> bool:
        """Whether the components are loaded. Never `/healthz`: that waits for this very service."""
        try:
            answer = await self._http.get("/v1.0/healthz/outbound", timeout=2)
        except httpx2.TransportError:
            return False
        return answer.status_code == 204

    async def metadata(self) -> dict[str, Any]:
        """Its `runtimeVersion` and `components`, among more. Raises Unavailable, SidecarError."""
        try:
            answer = await self._http.get("/v1.0/metadata")
        except httpx2.TransportError as exc:
            raise Unavailable("the sidecar does not answer") from exc
        if not answer.is_success:
            raise SidecarError(f"the sidecar answers {answer.status_code}")
        found: dict[str, Any] = answer.json()
        return found

    async def binding(self, name: str, operation: str, sql: str, params: Sequence[object]) -> bytes:
        """Run SQL through a PostgreSQL binding; SidecarError has the SQLSTATE in its text."""
        request = api_v1.InvokeBindingRequest(
            name=name,
            operation=operation,
            metadata={"sql": sql, "params": json.dumps(params)},
        )
        response = await self._call(self._stub.InvokeBinding, request)
        if operation == "exec":
            return str(response.metadata["rows-affected"]).encode()
        return bytes(response.data)

    async def publish(self, pubsub: str, topic: str, entries: Sequence[Entry]) -> set[str]:
        """Publish a bulk of structured CloudEvents; returns the ids that did not go out."""
        request = api_v1.BulkPublishRequest(
            pubsub_name=pubsub,
            topic=topic,
            entries=[
                api_v1.BulkPublishRequestEntry(
                    entry_id=entry.entry_id,
                    event=entry.envelope,
                    content_type=entry.content_type,
                    metadata={"partitionKey": entry.key},
                )
                for entry in entries
            ],
        )
        # Stable since 1.18; the older name still works on both.
        response = await self._call(self._stub.BulkPublishEventAlpha1, request)
        for failed in response.failedEntries:
            log.warning("not published to %s: %s", topic, failed.error)
        return {failed.entry_id for failed in response.failedEntries}

    async def publish_raw(self, pubsub: str, topic: str, data: Mapping[str, object]) -> None:
        """Publish one message of which nothing hangs on its arrival (a wake-up)."""
        request = api_v1.PublishEventRequest(
            pubsub_name=pubsub,
            topic=topic,
            data=json.dumps(data).encode(),
            data_content_type="application/json",
        )
        await self._call(self._stub.PublishEvent, request)

    async def invoke(
        self,
        app_id: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json_body: object = None,
    ) -> httpx2.Response:
        """Call another service by its app-id; any HTTP status is an answer, not an error."""
        try:
            return await self._http.request(
                method,
                f"/v1.0/invoke/{app_id}/method/{path.lstrip('/')}",
                headers=dict(headers or {}),
                params=dict(params or {}),
                json=json_body,
            )
        except httpx2.TransportError as exc:
            raise Unavailable(f"{app_id} does not answer") from exc

    async def schedule_job(self, name: str, due: datetime) -> None:
        """Call `/job/<name>` at an instant, once; an existing job of that name is replaced.

        The Alpha1 methods exist before and after 1.18, where the API became stable.
        """
        retry = common_v1.JobFailurePolicyConstant(interval=JOB_RETRY_INTERVAL, max_retries=10)
        job = api_v1.Job(
            name=name,
            due_time=due.isoformat(),
            failure_policy=common_v1.JobFailurePolicy(constant=retry),
        )
        request = api_v1.ScheduleJobRequest(job=job, overwrite=True)
        await self._call(self._stub.ScheduleJobAlpha1, request)

    async def delete_job(self, name: str) -> None:
        await self._call(self._stub.DeleteJobAlpha1, api_v1.DeleteJobRequest(name=name))

    async def _call(self, method: Any, request: Any) -> Any:
        try:
            return await method(
                request,
                metadata=self._metadata,
                timeout=self.settings.dapr_api_timeout_seconds,
            )
        except grpc.aio.AioRpcError as exc:
            if exc.code() in PASSING:
                raise Unavailable(f"the sidecar does not answer: {exc.code().name}") from exc
            raise SidecarError(exc.details() or exc.code().name) from exc
