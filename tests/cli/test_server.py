"""serve and demo, as real processes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-c", "from customary.cli import main; main()"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src"), "PYTHONUNBUFFERED": "1"}
ENVIRONMENT.pop("CUSTOMARY_DATABASE", None)


class Running:
    """A command that keeps running, and what it has printed."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.log = folder / "output.log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [*COMMAND, *arguments], cwd=folder, env=ENVIRONMENT, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def address(self, seconds: float = 60) -> str:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := re.search(r"http://[\d.]+:\d+", self.output):
                return found[0]
            assert self.process.poll() is None, self.output
            time.sleep(0.05)
        raise AssertionError(self.output)

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Running]:
    started = Running(folder, *arguments)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()


def answer(address: str, path: str = "/health", seconds: float = 20) -> int:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address + path, timeout=5) as response:
                return response.status
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def is_free(port: int) -> bool:
    with suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


def until(true: Callable[[], bool], seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def done(folder: Path, *arguments: str, input: str | None = None) -> str:
    result = subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=ENVIRONMENT, input=input, capture_output=True, text=True, check=True
    )
    return result.stdout


@pytest.fixture
def applied(tmp_path: Path) -> Path:
    done(tmp_path, "init", "mycrm", "--packs", "core,sales")
    done(tmp_path, "apply", "mycrm", "--yes")
    return tmp_path


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_and_ends_cleanly(applied, how):
    with running(applied, "serve", "mycrm", "--port", "0") as server:
        assert answer(server.address()) == 200
        assert (server.end(how), "Traceback" in server.output) == (0, False)


def test_several_processes_serve_one_workspace(applied):
    with running(applied, "serve", "mycrm", "--port", "0", "--processes", "2") as server:
        assert answer(server.address()) == 200
        assert (server.end(), "Traceback" in server.output) == (0, False)


def test_all_processes_follow_a_release(applied):
    with running(applied, "serve", "mycrm", "--port", "0", "--processes", "2") as server:
        address = server.address()

        def served() -> set[str]:
            """What twenty connections are told, each by the process that takes it."""
            answers = (urllib.request.urlopen(address + "/ready", timeout=20) for _ in range(20))
            return {answer.read().decode() for answer in answers}

        assert until(lambda: served() == {"ready: release 1\n"})
        (applied / "mycrm" / "schemas" / "pet.yaml").write_text("entity: pet\nfields:\n  name: {type: text}\n")
        done(applied, "apply", "mycrm", "--yes")
        assert until(lambda: served() == {"ready: release 2\n"}, seconds=5)
        assert "Traceback" not in server.output


def test_a_killed_server_leaves_no_process_on_its_port(applied):
    with running(applied, "serve", "mycrm", "--port", "0", "--processes", "2") as server:
        address = server.address()
        assert answer(address) == 200
        server.end(signal.SIGKILL)
    port = address.rpartition(":")[2]
    assert until(lambda: is_free(int(port))), "still listened on"
    with running(applied, "serve", "mycrm", "--port", port) as server:
        assert answer(server.address()) == 200
        assert server.end() == 0


def test_a_taken_port_is_said_in_one_line(applied):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running(applied, "serve", "mycrm", "--port", port) as server:
            assert server.process.wait(timeout=20) == 2
            assert server.output == f"Error: 127.0.0.1:{port} cannot be listened on: Address already in use.\n"


def test_the_demo_starts_keeps_its_data_and_ends_cleanly(tmp_path):
    def sign_in(text: str) -> list[str]:
        return re.findall(r"(?:E-mail|Password) +(\S+)", text)

    with running(tmp_path, "demo", "--port", "0") as first:
        assert answer(first.address()) == 200
        assert "Loaded" in first.output
        assert (first.end(), "Traceback" in first.output) == (0, False)
        email, password = sign_in(first.output)
    with running(tmp_path, "demo", "--port", "0") as second:
        assert answer(second.address()) == 200
        assert sign_in(second.output) == [email, password]
        assert "Loading" not in second.output
        assert second.end() == 0


def test_the_demo_takes_the_next_free_port(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(tmp_path, "demo", "core", "--port", str(port)) as server:
            address = server.address()
            assert int(address.rpartition(":")[2]) > port
            assert answer(address) == 200
            assert server.end() == 0


def test_what_is_applied_is_served_without_a_restart(applied):
    done(
        applied,
        "user",
        "add",
        "ann@example.com",
        "--role",
        "admin",
        "--password-stdin",
        "--workspace",
        "mycrm",
        input="correct horse\n",
    )
    key = done(applied, "key", "add", "--user", "ann@example.com", "--workspace", "mycrm").strip()
    pet = applied / "mycrm" / "schemas" / "pet.yaml"

    def call(address: str, path: str, body: dict | None = None) -> dict:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body else None
        with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=10) as response:
            return json.load(response)

    def soon(address: str, path: str) -> dict:
        deadline = time.monotonic() + 10
        while True:
            try:
                return call(address, path)
            except urllib.error.HTTPError as error:
                if error.code != 404 or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    with running(applied, "serve", "mycrm", "--port", "0") as server:
        address = server.address()
        pet.write_text("entity: pet\nfields:\n  name: {type: text}\n")
        done(applied, "apply", "mycrm", "--yes")
        assert soon(address, "/api/pet")["items"] == []
        call(address, "/api/pet", {"name": "Rex"})
        pet.write_text("entity: animal\nwas: pet\nfields:\n  called: {type: text, was: name}\n")
        done(applied, "apply", "mycrm", "--yes")
        assert [each["called"] for each in soon(address, "/api/animal")["items"]] == ["Rex"]
        assert server.end() == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_work_runs_the_rules_until_it_is_ended(applied, how):
    with running(applied, "work", "mycrm") as worker:
        deadline = time.monotonic() + 20
        while "Ctrl-C ends it" not in worker.output and time.monotonic() < deadline:
            time.sleep(0.05)
        assert (worker.end(how), "Traceback" in worker.output) == (0, False)
        assert worker.output == "Running the rules of mycrm. Ctrl-C ends it.\n"
