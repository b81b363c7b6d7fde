"""A service that is told to end first goes on answering, and sends its callers elsewhere."""

import asyncio
import signal

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from todoku_platform.app import Context, create_app
from todoku_platform.server import Server, closing
from todoku_sample.settings import Settings

TOKENS = dict.fromkeys(("app_api_token", "dapr_api_token", "operator_token"), "t" * 20)


@pytest.fixture
def app() -> FastAPI:
    app = create_app(Context.build(Settings(app_id="sample", **TOKENS)), title="Sample")
    app.state.context.storage.healthy = True

    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("broken")

    return app


class TestEnding:
    @pytest.fixture
    def server(self, app, monkeypatch) -> Server:
        # What MCP's SDK hooks in there ends the event streams of all later tests.
        def stop(server: uvicorn.Server, *_: object) -> None:
            server.should_exit = True

        monkeypatch.setattr(uvicorn.Server, "handle_exit", stop)
        return Server(uvicorn.Config(app), app.state.context)

    @pytest.fixture
    async def client(self, app):
        """Through all that `run` puts around the application."""
        served = closing(app, app.state.context)
        transport = httpx2.ASGITransport(served, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://sample") as client:
            yield client

    @staticmethod
    def drain(app, seconds: float) -> None:
        context = app.state.context
        context.settings = context.settings.model_copy(update={"drain_seconds": seconds})

    def test_streams_are_ended_before_they_are_waited_for(self, app, server):
        ended: list[str] = []
        app.state.context.on_stop.append(lambda: ended.append("stream"))
        server.handle_exit(signal.SIGTERM, None)
        assert server.should_exit
        assert ended == ["stream"]

    @pytest.mark.parametrize("path", ["/livez", "/nowhere", "/broken"])
    async def test_goes_on_answering_and_sends_callers_elsewhere(self, app, server, client, path):
        self.drain(app, 60)
        assert "connection" not in (await client.get(path)).headers
        server.handle_exit(signal.SIGTERM, None)
        await server.on_tick(1)
        assert not server.should_exit
        assert (await client.get(path)).headers["connection"] == "close"
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()["reason"]) == (503, "it is ending")

    async def test_stops_when_it_has_drained(self, app, server):
        self.drain(app, 0.01)
        server.handle_exit(signal.SIGTERM, None)
        assert not server.should_exit
        await asyncio.sleep(0.02)
        await server.on_tick(1)
        assert server.should_exit

    def test_a_second_signal_ends_the_drain(self, app, server):
        self.drain(app, 60)
        server.handle_exit(signal.SIGTERM, None)
        server.handle_exit(signal.SIGTERM, None)
        assert server.should_exit
