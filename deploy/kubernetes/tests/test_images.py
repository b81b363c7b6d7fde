"""The recipes, read; and what they make: small, without a shell, run by nobody in particular."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from harness.machine import free_base
from todoku_cluster import bases, images
from todoku_cluster.archive import Archive
from todoku_cluster.waiting import eventually
from todoku_local.errors import LocalError, Missing
from todoku_local.places import REPOSITORY
from todoku_local.services import BY_ID, FRONTEND

RECIPES = sorted({recipe for recipe, _ in images.RECIPES.values()})
SERVICE = "task"
MEGABYTE = 10**6
LIMITS = {SERVICE: 180 * MEGABYTE, FRONTEND: 220 * MEGABYTE}
STRANGER = 23456
"""A user that no image knows."""
OPTIONS = "--isolation chroot --network host --volume /etc/ssl/certs:/etc/ssl/certs:ro"
SHELLS = {"sh", "bash", "dash", "ash", "busybox", "apt", "apt-get", "dpkg", "npm", "pip", "uv"}
FORBIDDEN = re.compile(
    r"(^|/)(\.git|\.env[^/]*|\.todoku|id_rsa|tests)(/|$)|\.key$|(?<!cacert)(?<!roots)\.pem$"
)
TOKEN = "0123456789abcdef" * 2
SETTINGS = {
    SERVICE: {
        "APP_ID": SERVICE, "HOST": "127.0.0.1", "APP_API_TOKEN": TOKEN, "DAPR_API_TOKEN": TOKEN,
        "OPERATOR_TOKEN": TOKEN,
    },
    FRONTEND: {
        "HOSTNAME": "127.0.0.1", "BETTER_AUTH_SECRET": TOKEN,
        "AUTH_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    },
}  # fmt: skip
# As a container has them: the root read-only, the devices (gRPC reads /dev/urandom).
MOUNTED = 'mount -o bind,ro "$0" "$0" && mount --rbind /dev "$0/dev" && exec "$@"'
ENTER = """
import os, sys, warnings  # which os.execvp imports, too late for it
root, folder, user, *command = sys.argv[1:]
os.chroot(root)
os.chdir(folder)
os.setgroups([])
os.setgid(int(user))
os.setuid(int(user))
os.execvp(command[0], command)
"""
PORT = {SERVICE: "APP_PORT", FRONTEND: "PORT"}


class TestRecipes:
    def test_uv_is_the_one_of_the_project(self) -> None:
        text = (REPOSITORY / "deploy/local/uv").read_text()
        version = re.search(r"^UV_VERSION=(\S+)$", text, re.MULTILINE)
        assert version
        for recipe in RECIPES:
            found = set(re.findall(r"^ARG UV_VERSION=(\S+)$", read(recipe), re.MULTILINE))
            assert found <= {version[1]}, recipe

    @pytest.mark.parametrize("recipe", RECIPES)
    def test_every_base_has_a_tag(self, recipe: str) -> None:
        bases = re.findall(r"^ARG (?:PYTHON|NODE)=(\S+)$", read(recipe), re.MULTILINE)
        assert bases
        for base in bases:
            assert re.search(r":\d+[\w.-]*$", base), base

    def test_packages_come_before_sources(self) -> None:
        services, frontend = read("services/Dockerfile"), read("frontend/Dockerfile")
        assert services.index("--no-install-workspace") < services.index("COPY services")
        assert frontend.index("npm ci") < frontend.index("COPY frontend ./")

    def test_every_service_has_its_command(self) -> None:
        text = read("services/Dockerfile")
        found = re.findall(
            r'^FROM runtime AS service-(\S+)\nCMD \["-m", "(\S+)"\]$', text, re.MULTILINE
        )
        assert dict(found) == {app_id: service.module for app_id, service in BY_ID.items()}

    def test_the_context_is_what_is_allowed(self) -> None:
        rules = [line for line in read(".dockerignore").splitlines() if not line.startswith("#")]
        assert rules[0] == "*"
        assert "**/.env*" in rules
        assert not any(Path(REPOSITORY / rule[1:]).match(".*") for rule in rules if rule[0] == "!")


def read(name: str) -> str:
    return (REPOSITORY / name).read_text()


class TestBuilder:
    @pytest.fixture
    def hanging(self, program: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("docker", "buildah"):
            program(name, "#!/bin/sh\nexec /bin/sleep 60\n")
        monkeypatch.setattr(images, "DAEMON_SECONDS", 0.2)
        monkeypatch.setattr(bases, "SECONDS", 0.2)

    @pytest.mark.usefixtures("hanging")
    def test_a_daemon_that_hangs_does_not_answer(self) -> None:
        assert images.builder() == "buildah"

    @pytest.mark.usefixtures("hanging")
    def test_an_image_that_cannot_be_had_in_time_is_not_had(self) -> None:
        assert not bases.had("python:3")

    def test_without_a_builder_one_line_says_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        assert not bases.had("python:3")
        with pytest.raises(Missing, match="images need docker"):
            images.builder()

    def test_a_build_without_end_is_one_line(
        self,
        program: Callable[[str, str], None],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        program("docker", "#!/bin/sh\nexec /bin/sleep 60\n")
        monkeypatch.setenv("TODOKU_STATE", str(tmp_path))
        monkeypatch.setattr(images, "BUILD_SECONDS", 0.2)
        with pytest.raises(LocalError, match=r"todoku/task:v1 took longer than 0.2 s \(.*\.log"):
            images.build(SERVICE, "docker", "v1")


@pytest.fixture(scope="module")
def tool() -> str:
    try:
        return images.builder()
    except Missing as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module", params=[SERVICE, FRONTEND])
def built(
    request: pytest.FixtureRequest, tool: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Archive]:
    """The app and its image in one file."""
    app_id: str = request.param
    if tool == "buildah":
        try:
            bases.make()
        except Missing as error:
            pytest.skip(str(error))
    with pytest.MonkeyPatch.context() as patch:
        if tool == "buildah":
            # Without namespaces of its own; by the proxy, if any, that this machine trusts.
            patch.setenv("BUILD_OPTIONS", OPTIONS)
        name = images.build(app_id, tool, "tested")
    folder = tmp_path_factory.mktemp(app_id)
    return app_id, Archive(images.archive(name, tool, folder / "image.tar"))


@pytest.fixture(scope="module")
def root(built: tuple[str, Archive], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    folder.chmod(0o755)
    built[1].unpack(folder)
    return folder


@pytest.mark.images
class TestContents:
    def test_size(self, built: tuple[str, Archive]) -> None:
        app_id, image = built
        assert image.size <= LIMITS[app_id]

    def test_user_and_labels(self, built: tuple[str, Archive]) -> None:
        app_id, image = built
        found = image.configuration["config"]
        assert found["User"] == "65532:65532"
        labels = found["Labels"]
        assert labels["org.opencontainers.image.title"] == f"todoku/{app_id}"
        assert labels["org.opencontainers.image.revision"] == "tested"

    def test_no_shell_and_nothing_to_install_with(self, built: tuple[str, Archive]) -> None:
        names = {Path(each.name).name for each in built[1].files() if not each.isdir()}
        assert not names & SHELLS

    def test_nothing_that_raises_privileges(self, built: tuple[str, Archive]) -> None:
        assert [each.name for each in built[1].files() if each.mode & 0o6000] == []

    def test_nothing_of_the_repository_but_what_runs(self, built: tuple[str, Archive]) -> None:
        found = [each.name for each in built[1].files() if FORBIDDEN.search(each.name)]
        assert found == []

    def test_the_packages_of_the_base_can_be_scanned(self, built: tuple[str, Archive]) -> None:
        names = {each.name.removeprefix("./") for each in built[1].files()}
        assert {"etc/os-release", "var/lib/dpkg/status.d/libc6"} <= names


@pytest.mark.images
@pytest.mark.enable_socket
@pytest.mark.skipif(os.geteuid() != 0, reason="a root of its own needs root")
class TestRuns:
    """On a root mounted read-only, as a user without a name, with no writable folder at all."""

    def test_without_settings_it_ends_with_a_line_for_each(
        self, built: tuple[str, Archive], root: Path
    ) -> None:
        with running(built, root, {}) as child:
            said = child.communicate(timeout=60)[0].strip()
        assert child.returncode == 78, said
        # Before it Next says what it is.
        lines = [line for line in said.splitlines() if not re.match(r"▲|- |✓|$", line.strip())]
        assert lines
        assert all("is not set" in line for line in lines), said

    def test_it_lives_and_ends_when_told(self, built: tuple[str, Archive], root: Path) -> None:
        app_id, _ = built
        port = free_base()
        settings = SETTINGS[app_id] | {PORT[app_id]: str(port)}
        with running(built, root, settings) as child:
            url = f"http://127.0.0.1:{port}/livez"
            eventually(lambda: alive(url), 60, url)
            child.send_signal(signal.SIGTERM)
            said = child.communicate(timeout=60)[0]
        # When all is through uvicorn ends by the signal itself; Next reports it as a shell would.
        assert child.returncode in {0, -signal.SIGTERM, 128 + signal.SIGTERM}, said

    def test_control_the_root_is_read_only(self, built: tuple[str, Archive], root: Path) -> None:
        program = {
            SERVICE: ["-c", "open('/app/new', 'w')"],
            FRONTEND: ["-e", "require('fs').writeFileSync('/app/new', '')"],
        }[built[0]]
        with running(built, root, {}, program) as child:
            said = child.communicate(timeout=60)[0]
        assert "read-only file system" in said.lower()


def alive(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5, trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@contextmanager
def running(
    built: tuple[str, Archive],
    root: Path,
    settings: dict[str, str],
    program: list[str] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """The image's own command, or another, with the image's and these variables."""
    found = built[1].configuration["config"]
    command = [*found["Entrypoint"], *(program or found["Cmd"])]
    own = dict(each.split("=", 1) for each in found["Env"])
    (root / "dev").mkdir(exist_ok=True)
    mounted = ["sh", "-c", MOUNTED, str(root)]
    inside = [sys.executable, "-c", ENTER, str(root), found["WorkingDir"], str(STRANGER)]
    argv = [str(shutil.which("unshare")), "--mount", *mounted, *inside, *command]
    with subprocess.Popen(
        argv, env=own | settings | {"PATH": f"{own['PATH']}:/usr/bin:/bin"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as child:  # fmt: skip
        try:
            yield child
        finally:
            child.kill()
