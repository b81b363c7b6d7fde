"""What the services do, read from the services themselves."""

import ast
import asyncio
import base64
import importlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import SecretStr
from todoku_contracts.registry import TOPICS
from todoku_local.places import REPOSITORY
from todoku_local.services import BY_ID, MCP, STORES, TASK
from todoku_mcp.service import READ, WRITE, Caller, Tasks
from todoku_mcp.tokens import Minter
from todoku_mcp.tools import TaskTools
from todoku_platform.clock import SystemClock

Call = tuple[str, str]
"""An HTTP method and a path, templates as FastAPI writes them."""

PLATFORM = REPOSITORY / "services/platform/src"
ARGUMENTS = {"title": "Milk", "id": "12"}
"""Of every tool those that it cannot do without."""


@cache
def app(app_id: str) -> FastAPI:
    """The service as it runs, without its start."""
    package = BY_ID[app_id].package
    names = ("app_api_token", "dapr_api_token", "operator_token")
    secrets = dict.fromkeys(names, SecretStr("only-for-the-routes"))
    if app_id == MCP.app_id:
        secrets["mcp_signing_key"] = SecretStr(_signing_key())
    settings = importlib.import_module(f"{package}.settings").Settings(app_id=app_id, **secrets)
    with warnings.catch_warnings():
        # ChatKit warns of its own widgets when it is imported.
        warnings.simplefilter("ignore", DeprecationWarning)
        made: FastAPI = importlib.import_module(f"{package}.main").create(settings)
    return made


def _signing_key() -> str:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return base64.b64encode(pem).decode()


@cache
def routes(app_id: str) -> frozenset[Call]:
    return frozenset(
        (method, context.path)
        for context in iter_route_contexts(app(app_id).routes)
        for method in context.methods or ()
        if context.path
    )


@cache
def event_routes(app_id: str) -> frozenset[str]:
    return frozenset(path for _, path in routes(app_id) if path.startswith("/events/"))


@cache
def sources(app_id: str) -> tuple[ast.Module, ...]:
    return _parsed(REPOSITORY / BY_ID[app_id].folder / "src")


def _parsed(folder: Path) -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text()) for path in sorted(folder.rglob("*.py")))


@cache
def published(app_id: str) -> frozenset[str]:
    """The topics a service writes to: what its code gives to something called topic."""
    found = set()
    for module in sources(app_id):
        takers = {
            node.name
            for node in ast.walk(module)
            if isinstance(node, ast.FunctionDef) and "topic" in _parameters(node)[:1]
        }
        for node in ast.walk(module):
            found |= {ast.literal_eval(value) for value in _topics(node, takers)}
    return frozenset(found & TOPICS.keys())


def _topics(node: ast.AST, takers: set[str]) -> Iterator[ast.Constant]:
    match node:
        case ast.keyword(arg="topic", value=ast.Constant() as value):
            yield value
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant() as value) if (
            name.lower().endswith("topic")
        ):
            yield value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant() as value) if (
            name.endswith("topic")
        ):
            yield value
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant() as value, *_]) if (
            name in takers
        ):
            yield value


def _parameters(function: ast.FunctionDef) -> list[str]:
    return [argument.arg for argument in function.args.args if argument.arg != "self"]


@cache
def invoked(app_id: str) -> frozenset[str]:
    """The apps a service calls through its sidecar."""
    found = set()
    for module in sources(app_id):
        constants = dict(_constants(module))
        for call in _calls(module, "invoke"):
            target = call.args[0]
            name = (
                constants[target.id] if isinstance(target, ast.Name) else ast.literal_eval(target)
            )
            found.add(str(name))
    return frozenset(found)


@cache
def endpoints() -> dict[str, str]:
    """What each method of the platform's sidecar asks of Dapr: a gRPC method, or the first part of
    a path."""
    module = ast.parse((PLATFORM / "todoku_platform/sidecar.py").read_text())
    functions = (node for node in ast.walk(module) if isinstance(node, ast.AsyncFunctionDef))
    return {function.name: name for function in functions for name in _endpoints(function)}


def _endpoints(function: ast.AsyncFunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        match node:
            case ast.Attribute(attr=name, value=ast.Attribute(attr="_stub")):
                yield name
            case ast.Constant(value=str() as path) if path.startswith("/v1.0/"):
                yield path.split("/")[2]


@cache
def sidecar_calls(app_id: str) -> frozenset[str]:
    """The methods of its sidecar that a service uses, or the platform for it."""
    stores = app_id in {store.app_id for store in STORES}
    relayed = any(TOPICS[name].component == "pubsub" for name in published(app_id))
    used = {"ready": True, "metadata": True, "binding": stores, "publish": relayed}
    by_platform = {name for name in _asked(*_parsed(PLATFORM)) if used[name]}
    return frozenset(by_platform | _asked(*sources(app_id)))


def _asked(*modules: ast.Module) -> set[str]:
    """What is called on anything named sidecar."""
    found = set()
    for node in (node for module in modules for node in ast.walk(module)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr=name, value=ast.Attribute(attr=owner) | ast.Name(id=owner))
            ) if owner.strip("_") == "sidecar":
                found.add(name)
    return found & endpoints().keys()


def _calls(module: ast.Module, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and name in (
            getattr(node.func, "id", None),
            getattr(node.func, "attr", None),
        ):
            yield node


def _constants(module: ast.Module) -> Iterator[tuple[str, object]]:
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value.value


@dataclass
class Recorder:
    """A sidecar that notes what it is asked for."""

    calls: set[tuple[str, str, str]] = field(default_factory=set)

    async def invoke(self, app_id: str, method: str, path: str, **_: Any) -> httpx2.Response:
        self.calls.add((app_id, method, path))
        return httpx2.Response(200, json={"id": "", "number": 12, "title": "Milk"})


@cache
def tool_calls() -> frozenset[Call]:
    """What task is asked for when every tool and resource of mcp-tool is used once."""
    recorder = Recorder()
    minter = Minter(Ed25519PrivateKey.generate(), "http://mcp-tool", SystemClock())
    tools = TaskTools(Tasks(recorder, minter))
    caller = Caller("me", frozenset({READ, WRITE}), "assistant")
    for tool in tools.tools():
        takes = tool.fn_metadata.arg_model
        arguments = {name: ARGUMENTS[name] for name in takes.model_fields if name in ARGUMENTS}
        operation = getattr(tools, tool.name)
        asyncio.run(operation(caller, takes.model_validate(arguments)))
    if strange := {app_id for app_id, _, _ in recorder.calls} - {TASK.app_id}:
        raise AssertionError(f"mcp-tool calls {strange}")
    used = {(method, path) for _, method, path in recorder.calls}
    return frozenset(used | {("GET", f"/api/me{path}") for path in _resources()})


def _resources() -> Iterator[str]:
    """The paths that stand in the code: a resource's reader needs a request around it."""
    for module in sources(MCP.app_id):
        for call in _calls(module, "read"):
            match call.args:
                case [_, ast.Constant(value=str() as path), *_] if path.startswith("/"):
                    yield path
