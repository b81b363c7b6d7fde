import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from todoku_local.errors import LocalError, NotReady
from todoku_local.launcher import Command, Launcher, end_recorded
from todoku_local.supervised import Supervised

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path / "processes")
    yield made
    made.close()


def command(tmp_path: Path, program: str) -> Command:
    return Command("it", [sys.executable, "-c", program], dict(os.environ), tmp_path / "log")


def supervised(tmp_path: Path, launcher: Launcher, program: str, said: list[str]) -> Supervised:
    log = tmp_path / "log"
    return Supervised(
        command(tmp_path, program), launcher, said.append, lambda: "up" in log.read_text()
    )


class TestSupervised:
    def test_starts_again_after_a_crash_and_says_so(
        self, tmp_path: Path, launcher: Launcher
    ) -> None:
        said: list[str] = []
        process = supervised(tmp_path, launcher, SLEEPER, said)
        process.start()
        process.wait_ready(10)
        first = process.pid
        (tmp_path / "log").write_text("")
        process.crash()
        process.wait_ready(10)
        assert process.pid != first
        assert process.starts == 2
        assert said == ["it ended (SIGKILL); again in 0.5 s"]
        process.stop()

    def test_stays_down_after_kill_until_it_is_started(
        self, tmp_path: Path, launcher: Launcher
    ) -> None:
        process = supervised(tmp_path, launcher, SLEEPER, [])
        process.start()
        process.wait_ready(10)
        process.kill()
        assert process.pid is None
        with pytest.raises(NotReady):
            process.wait_ready(1)
        process.start()
        process.wait_ready(10)
        process.stop()

    def test_insists_when_the_stop_signal_is_ignored(
        self, tmp_path: Path, launcher: Launcher
    ) -> None:
        deaf = f"import signal; signal.signal({int(signal.SIGTERM)}, signal.SIG_IGN); {SLEEPER}"
        process = supervised(tmp_path, launcher, deaf, [])
        process.start()
        process.wait_ready(10)
        process.stop(0.2)
        assert process.pid is None

    def test_not_ready_shows_the_end_of_the_log(self, tmp_path: Path, launcher: Launcher) -> None:
        program = "import time; print('no such table', flush=True); time.sleep(60)"
        process = supervised(tmp_path, launcher, program, [])
        process.start()
        with pytest.raises(NotReady, match="no such table"):
            process.wait_ready(2)
        process.kill()

    def test_not_ready_gives_the_reason_it_tells(self, tmp_path: Path, launcher: Launcher) -> None:
        process = Supervised(
            command(tmp_path, SLEEPER), launcher, print, lambda: False, lambda: "no schema"
        )
        process.start()
        with pytest.raises(NotReady, match="it was not ready in 1 s: no schema; the end of"):
            process.wait_ready(1)
        process.kill()


class TestLauncher:
    def test_failed_step_shows_the_end_of_its_log(self, tmp_path: Path, launcher: Launcher) -> None:
        with pytest.raises(LocalError, match="went wrong"):
            launcher.run(command(tmp_path, "raise SystemExit('went wrong')"), 10)

    def test_starts_nothing_once_closed(self, tmp_path: Path, launcher: Launcher) -> None:
        launcher.close()
        with pytest.raises(LocalError, match="stopping"):
            launcher.spawn(command(tmp_path, SLEEPER))

    def test_next_start_ends_what_was_left(self, tmp_path: Path, launcher: Launcher) -> None:
        child = launcher.spawn(command(tmp_path, SLEEPER))
        assert end_recorded(tmp_path / "processes") == ["it"]
        assert child.wait(10) == -signal.SIGTERM

    def test_another_process_with_a_recorded_id_is_left_alone(self, tmp_path: Path) -> None:
        record = tmp_path / "processes"
        record.write_text(f"{os.getpid()} 1.0 somebody\n")
        assert end_recorded(record) == []
