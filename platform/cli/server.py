"""Commands that keep running: serve and work."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from customary.cli import log
from customary.cli.failure import WRONG_USE, Failure
from customary.cli.loading import loading
from customary.cli.options import directory, open_workspace

if TYPE_CHECKING:
    from customary.engine.workspace import Workspace

SERVED = "CUSTOMARY_SERVED_WORKSPACE"
"""Tells further processes which folder they serve."""

PORTS_TRIED = 50
TRUSTED_PROXIES = "CUSTOMARY_TRUSTED_PROXIES"
"""The addresses and networks of proxies whose word is taken for who came, and whether by TLS."""
MOST_CONNECTIONS = 900
"""Of one process at a time, below the thousand files that a process may usually have open."""


@click.command("serve")
@directory
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="The port to listen on.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many to serve with.")
def serve_command(directory: Path, host: str, port: int, processes: int) -> None:
    """Serve the CRM and run its rules, until Ctrl-C. What is applied meanwhile is served within a second.

    \b
    Example: customary serve mycrm --port 8000
             customary serve mycrm --host 0.0.0.0 --port 80 --processes 4
    """
    with loading():
        workspace = open_workspace(directory)
        workspace.recover()
        name = workspace.release.model.settings.name
    listening = listen(host, port)
    run(workspace, listening, processes, lambda: click.echo(f"{name} is served at {address_of(listening)}"))


@click.command("work")
@directory
def work_command(directory: Path) -> None:
    """Run the rules without serving pages, until Ctrl-C: for further machines over one PostgreSQL.

    \b
    Example: customary work mycrm
    """

    workspace = open_workspace(directory)
    workspace.recover()
    name = workspace.release.model.settings.name
    ended = threading.Event()
    # Of both, for a shell starts what it puts into the background with SIGINT ignored.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    log.begin()
    worker = workspace.worker()
    worker.start()
    click.echo(f"Running the rules of {name}. Ctrl-C ends it.")
    try:
        ended.wait()
    finally:
        worker.stop()


def listen(host: str, port: int, or_next: bool = False) -> socket.socket:
    """A socket bound to the port; with `or_next`, to the next free one when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + PORTS_TRIED, 65536)):
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, candidate))
            bound.listen(2048)
            return bound
        except OSError as error:
            bound.close()
            if not or_next:
                raise Failure(f"{host}:{port} cannot be listened on: {error.strerror}.", WRONG_USE) from error
    raise Failure(f"No port from {port} on is free.")


def address_of(listening: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def run(workspace: Workspace, listening: socket.socket, processes: int, ready: Callable[[], None]) -> None:
    """Serves until a signal ends it, then returns. `ready` is called when the first answer can be given."""
    with suppress(KeyboardInterrupt):
        if processes > 1:
            _run_processes(workspace, listening, processes, ready)
        else:
            _run_here(workspace, listening, ready)


def settings() -> dict[str, Any]:
    """How uvicorn serves."""
    from customary.cli.connection import Connection

    loop = "uvloop" if os.name == "posix" else "asyncio"
    return {
        "log_level": "warning",
        "access_log": False,
        "loop": loop,
        "lifespan": "on",
        "log_config": None,
        "http": Connection,
        "ws": "none",
        "server_header": False,
        "limit_concurrency": MOST_CONNECTIONS,
        "forwarded_allow_ips": os.environ.get(TRUSTED_PROXIES, "127.0.0.1,::1"),
        "timeout_graceful_shutdown": 5,
    }


def _run_here(workspace: Workspace, listening: socket.socket, ready: Callable[[], None]) -> None:
    with loading():
        import uvicorn

        from customary.app import create_app

        app = create_app(workspace, worker=True)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready()

    log.begin()
    workspace.releases.watch()
    # uvicorn ends on SIGTERM by raising it again; that is an orderly end, not a death by signal.
    signal.signal(signal.SIGTERM, _end)
    Server(uvicorn.Config(app, **settings())).run([listening])


def _run_processes(workspace: Workspace, listening: socket.socket, processes: int, ready: Callable[[], None]) -> None:
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    os.environ[SERVED] = str(workspace.directory.resolve())
    config = uvicorn.Config("customary.cli.server:served", factory=True, workers=processes, **settings())
    log.begin()
    worker = workspace.worker()
    worker.start()
    try:
        ready()
        Multiprocess(config, [listening]).run()
    finally:
        worker.stop()


def served() -> Any:
    """The application of one of several processes; the first process runs the rules."""
    log.begin()
    threading.Thread(target=_end_with_parent, name="customary-parent", daemon=True).start()
    with loading():
        from customary.app import create_app
        from customary.engine.workspace import Workspace

        workspace = Workspace.open(os.environ[SERVED])
        workspace.releases.current()
        app = create_app(workspace)
    workspace.releases.watch()
    return app


def _end_with_parent() -> None:
    """Ends this process in order when the first one is gone, however that died: the port must be free again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end(*_: object) -> None:
    raise KeyboardInterrupt
