"""Services that die, that hang, and that leave children behind."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from console.runtime import supervisor
from console.runtime.errors import Interrupted, RuntimeProblem
from console.runtime.program import Program, end_marked
from console.runtime.supervisor import Supervisor
from tests.runtime.conftest import bare_environment, processes_naming

ORDER = ("web", "worker", "postgres")
SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); {SLEEP}"
PARENT = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}, HOME]); {SLEEP}"
)


@pytest.fixture
def program(home: Path) -> Callable[[str, str], Program]:
    (home / "logs").mkdir()

    def make(name: str, code: str) -> Program:
        code = code.replace("HOME", repr(str(home)))
        command = [sys.executable, "-u", "-c", code, str(home)]
        return Program(name, command, home=home, environment=bare_environment(home))

    return make


def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def test_a_service_that_dies_is_started_again(program: Callable[[str, str], Program]) -> None:
    said: list[str] = []
    watched = Supervisor(said.append, stop_order=ORDER)
    service = program("web", SLEEP)
    watched.start(service)
    [first] = processes_naming(str(service.log.parent.parent))
    first.kill()
    wait_until(lambda: (watched.tick(), service.is_running() and said)[1])
    assert said == [f"web ended; starting it again in 0.5 s (log: {service.log})"]
    watched.stop()
    assert not processes_naming(str(service.log.parent.parent))


def test_a_service_that_keeps_dying_ends_the_instance_with_its_last_words(
    program: Callable[[str, str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_SECONDS", 0.01)
    said: list[str] = []
    watched = Supervisor(said.append, stop_order=ORDER)
    watched.start(program("worker", "raise SystemExit('no such broker')"))
    with pytest.raises(RuntimeProblem, match=r"worker ended 5 times .*: no such broker"):
        watched.watch()
    assert len(said) == 4


def test_a_step_that_fails_ends_the_start_with_its_last_words(
    program: Callable[[str, str], Program],
) -> None:
    step = program("migrate", "raise SystemExit('no such table')")
    step.start()
    with pytest.raises(RuntimeProblem, match="The step 'migrate' failed: no such table"):
        Supervisor(print, stop_order=ORDER).run(step)


def test_a_step_that_meets_a_full_disk_says_so(program: Callable[[str, str], Program]) -> None:
    step = program("migrate", "raise OSError(28, 'No space left on device')")
    step.start()
    with pytest.raises(RuntimeProblem, match=r"The disk that holds .* is full"):
        Supervisor(print, stop_order=ORDER).run(step)


def test_services_stop_in_their_order_whenever_they_started(
    program: Callable[[str, str], Program], monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    watched = Supervisor(print, stop_order=ORDER)
    for name in ("worker", "postgres", "web"):
        service = program(name, SLEEP)
        end = service.terminate
        monkeypatch.setattr(service, "terminate", lambda n=name, e=end: (order.append(n), e()))
        watched.start(service)
    watched.stop()
    assert order == ["web", "worker", "postgres"]


def test_a_service_that_hangs_is_killed_and_takes_its_children_along(
    program: Callable[[str, str], Program], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(supervisor, "UNREADY_STOP_SECONDS", 0.2)
    watched = Supervisor(print, stop_order=ORDER)
    stubborn = program("web", STUBBORN)
    watched.start(stubborn)
    watched.start(program("worker", PARENT))
    wait_until(lambda: stubborn.log.read_text() and len(processes_naming(str(home))) == 3)
    watched.stop()
    wait_until(lambda: not processes_naming(str(home)))  # a killed grandchild is init's to reap


def test_a_first_signal_interrupts_a_start_and_a_later_one_hurries_the_stop(
    program: Callable[[str, str], Program],
) -> None:
    watched = Supervisor(print, stop_order=ORDER)
    stubborn = program("web", STUBBORN)
    with watched.heeding_signals():
        watched.start(stubborn)
        wait_until(stubborn.log.read_text)
        with pytest.raises(Interrupted):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        began = time.monotonic()
        watched.stop()
    assert time.monotonic() - began < supervisor.UNREADY_STOP_SECONDS
    assert not stubborn.is_running()


def test_children_of_a_killed_instance_are_known_by_their_mark(
    program: Callable[[str, str], Program], home: Path
) -> None:
    child = program("worker", SLEEP)
    child.start()
    [process] = processes_naming(str(home))
    end_marked(home / "another")
    assert process.is_running()
    end_marked(home)
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert not child.is_running()
