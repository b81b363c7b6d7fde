"""What must be there before a service works: its sidecar, the components, the schema.

Until then it is alive, not ready and does nothing: `Gate` answers in its place.
"""

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from todoku_platform.errors import Unavailable
from todoku_platform.problems import unavailable
from todoku_platform.settings import ServiceSettings
from todoku_platform.sidecar import Sidecar, SidecarError

if TYPE_CHECKING:
    from todoku_platform.storage import Storage

log = logging.getLogger(__name__)
OLDEST_DAPR = (1, 16)
POLL_SECONDS = 0.1
"""While the sidecar comes up; it is on loopback and asked for nothing but a status."""
AGAIN_SECONDS = 1.0


class NotYet(Exception):
    """What keeps the service from working and what to do about it, in one line."""

    first, every = 0.0, 60.0
    """Seconds until it is said in the log, and from then on between repetitions."""
    again = AGAIN_SECONDS


class SidecarAway(NotYet):
    first, every = 10.0, 10.0
    again = POLL_SECONDS


class Startup:
    reason = "it has only just started"
    """Why the service does not work yet; empty once it does."""

    def __init__(
        self, settings: ServiceSettings, sidecar: Sidecar, storage: "Storage | None" = None
    ) -> None:
        self._settings, self._sidecar, self._storage = settings, sidecar, storage
        self._said_next = 0.0

    async def passed(self) -> None:
        """Return when all is there; what is mended meanwhile is noticed by asking again."""
        while True:
            try:
                version = await self._check()
            except NotYet as exc:
                self._wait_for(exc)
                await asyncio.sleep(exc.again)
                continue
            if _release(version) is None:
                log.warning("the sidecar's version %r tells no age: taken for new enough", version)
            self.reason = ""
            return

    def _wait_for(self, exc: NotYet) -> None:
        now = asyncio.get_running_loop().time()
        if str(exc) != self.reason:
            self.reason = str(exc)
            self._said_next = now + exc.first
        if now >= self._said_next:
            log.warning("not ready: %s", exc)
            self._said_next = now + exc.every

    async def _check(self) -> str:
        """The sidecar's version. Raises NotYet."""
        if not await self._sidecar.ready():
            raise SidecarAway(
                f"waiting for the sidecar on port {self._settings.dapr_http_port}: usually its"
                " broker or database is away or it cannot load a component; its own log says which"
            )
        try:
            metadata = await self._sidecar.metadata()
        except SidecarError as exc:
            raise NotYet(f"{exc}: is DAPR_API_TOKEN the one that the sidecar was given?") from exc
        except Unavailable as exc:
            raise NotYet(str(exc)) from exc
        version = str(metadata.get("runtimeVersion", ""))
        if (_release(version) or OLDEST_DAPR) < OLDEST_DAPR:
            raise NotYet(f"the sidecar is Dapr {version}; 1.16 or newer is needed")
        self._components(metadata.get("components", []))
        if self._storage is not None:
            await self._schema(self._storage)
        return version

    def _components(self, registered: list[dict[str, Any]]) -> None:
        found = {each["name"]: str(each["type"]) for each in registered}
        for name, kind in needed_components(self._settings).items():
            if name not in found:
                raise NotYet(
                    f"the sidecar has no component {name} ({kind}): add it to its resources,"
                    f" with {self._settings.app_id} among the scopes"
                )
            if not found[name].startswith(f"{kind}."):
                raise NotYet(f"the component {name} is a {found[name]}; {kind} is needed")

    async def _schema(self, storage: "Storage") -> None:
        from todoku_platform import revisions
        from todoku_platform.storage import StorageError

        schema, package = self._settings.schema_name, self._settings.package
        known = revisions.known(package)
        try:
            found = await revisions.current(storage, schema)
        except (Unavailable, StorageError) as exc:
            raise NotYet(f"the database does not answer: {exc}") from exc
        if found is None or found in known[:-1]:
            raise NotYet(
                f"schema {schema} is at revision {found or 'none'}, this version needs"
                f" {known[-1]}: run `python -m todoku_platform.migrations {package}`"
                f" (on a cluster: the Job {self._settings.app_id}-migrations)"
            )
        if found != known[-1]:
            # A rolling update migrates first; what an old pod needs is still there.
            log.warning("schema %s is at %s, newer than this version knows", schema, found)


def needed_components(settings: ServiceSettings) -> dict[str, str]:
    """Name → kind, of the components without which this service cannot do its work."""
    if not settings.schema_name:
        return {}
    from todoku_contracts.registry import TOPICS

    app_id = settings.app_id
    used = [t for t in TOPICS.values() if app_id in (*t.producers, *t.consumers)]
    needed = {topic.component: "pubsub" for topic in used}
    storing = {settings.binding_name: "bindings"} if settings.storage == "binding" else {}
    return storing | dict(sorted(needed.items()))


def _release(version: str) -> tuple[int, int] | None:
    """None for what is no release, such as `edge`."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


class Gate:
    """Refuses all work until the service has started; health and Dapr's questions pass."""

    OPEN = ("/livez", "/readyz", "/metrics", "/dapr/")

    def __init__(self, app: ASGIApp, startup: Startup) -> None:
        self._app, self._startup = app, startup

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not self._startup.reason or path.startswith(self.OPEN):
            await self._app(scope, receive, send)
        elif path.startswith("/events/"):
            await JSONResponse({"status": "RETRY"})(scope, receive, send)
        else:
            await unavailable().response()(scope, receive, send)
