"""Lets wapiti and sqlmap loose on a demo, as its administrator who came by TLS: `python -m bench.scan --tools BIN`.

Neither is a dependency: `pip install wapiti3 sqlmap` into an environment of their own, and say where with `--tools`.
Nothing but this machine is called. What they found is printed; the exit code is 1 when that is anything.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from customary.cli.demo import EMAIL
from customary.engine import people
from customary.engine.workspace import Workspace
from customary.ui.visitor import OURS_ALONE, SESSION, csrf_of

COOKIE, BY_TLS = OURS_ALONE + SESSION, {"X-Forwarded-Proto": "https"}
"""A proxy on this machine is believed, so this is how the answers are that people get."""
COMMAND = str(Path(sys.executable).with_name("customary"))
MODULES = "crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,sql,timesql,upload,xss,xxe"
"""Of wapiti, without what looks for other servers and languages, or needs a listener outside of this machine."""
BOUNDS = (
    "-f json --flush-session --scope domain -d 2 --max-links-per-page 40 --max-files-per-dir 20 --max-parameters 20 "
    "-S normal --endpoint http://127.0.0.1:9/ --no-bugreport -v 0"
)
LEFT_ALONE = (
    "/sign-out*",
    "/settings/sessions*",
    "/settings/password*",
    "/settings/people/*",
    "/looking*",
    "/language*",
)
"""What would sign the scanner itself out, or let it see less."""
ASKED = (
    '/deal?q=*&sort=name&where=name == "*"',
    "/deal?view=*&columns=name,*&after=*&limit=*",
    "/deal/filtered?field=name&operator=contains&value=*",
    "/deal/filtered?field=amount&operator=>&value=*",
    '/deal/export?where=name == "*"&sort=*&columns=*',
    "/search?q=*",
    "/settings/audit?kind=*&who=*",
    "/messages?status=*",
    "/workflows?workflow=*&status=*&entity=*",
    "/api/deal?text=*&sort=*&fields=*",
    '/api/deal?where=name == "*"&limit=*&after=*',
    "/api/deal/aggregate?group=*&sum=*&where=*",
    "/api/contact/*",
    "/*/new",
)
"""What sqlmap asks; its star is where it puts something."""
WRITTEN = (
    ("/api/contact", '{"name": "*", "email": "a@example.com", "title": "*"}', "application/json"),
    ("/api/deal", '{"name": "*", "amount": {"amount": "*", "currency": "EUR"}, "stage": "*"}', "application/json"),
    ("/contact/new", "name=*&email=*&title=*", "application/x-www-form-urlencoded"),
    ("/sign-in", "email=*&password=*&next=*", "application/x-www-form-urlencoded"),
)
THOROUGH = (
    "--batch --flush-session --level 3 --risk 2 --threads 4 --dbms SQLite --technique BEUT --time-sec 3 "
    "--disable-coloring --ignore-code * --drop-set-cookie --skip-waf"
)
INJECTED = re.compile(r"Parameter: .*|.* is vulnerable.*|.*identified the following injection.*")


@dataclass(frozen=True)
class Target:
    """A server, and how somebody is signed in to it."""

    address: str
    session: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.session}", "X-CSRF-Token": csrf_of(self.session), **BY_TLS}


def wapiti(tools: Path, target: Target, folder: Path, minutes: int) -> list[str]:
    """What wapiti found, a line for each."""
    report = folder / "wapiti.json"
    options = ["-u", f"{target.address}/", "-m", MODULES, "-o", str(report), "--store-session", str(folder)]
    options += ["--max-scan-time", str(minutes * 60), "--max-attack-time", str(minutes * 6), *BOUNDS.split()]
    # Not the token's header: the forms that it finds carry one, which it takes away to see what happens.
    options += ["-c", str(_cookies(folder, target))]
    options += [part for name, value in BY_TLS.items() for part in ("-H", f"{name}: {value}")]
    options += [part for place in LEFT_ALONE for part in ("-x", target.address + place)]
    subprocess.run([tools / "wapiti", *options], check=True, stdout=sys.stderr)
    told = json.loads(report.read_text(encoding="utf-8"))
    print(f"wapiti crawled {told['infos']['crawled_pages_nbr']} pages", flush=True)
    found = {**told["vulnerabilities"], **told["anomalies"]}
    return [
        f"{kind}: {each['method']} {each['path']}: {each['info']}"
        for kind, several in found.items()
        for each in several
    ]


def _cookies(folder: Path, target: Target) -> Path:
    file = folder / "cookies.json"
    kept = {"value": target.session, "expires": None, "secure": False, "port": None, "version": 0}
    file.write_text(json.dumps({"127.0.0.1": {"/": {COOKIE: kept}}}), encoding="utf-8")
    return file


def sqlmap(tools: Path, target: Target, folder: Path, minutes: int) -> list[str]:
    """What sqlmap found, a line for each. Every address gets its share of the time, and may be left off then."""
    tried: list[tuple[str, ...]] = [*((each,) for each in ASKED), *WRITTEN]
    until, found = time.monotonic() + minutes * 60, []
    for place, each in enumerate(tried):
        share = (until - time.monotonic()) / (len(tried) - place)
        found += _injected(tools, target, folder, share, *each)
    return found


def _injected(
    tools: Path, target: Target, folder: Path, seconds: float, path: str, body: str = "", kind: str = ""
) -> list[str]:
    options = ["-u", target.address + path, "--output-dir", str(folder), *THOROUGH.split()]
    headers = {**target.headers, **({"Content-Type": kind} if kind else {})}
    options += ["--headers", "\n".join(f"{name}: {value}" for name, value in headers.items())]
    options += ["--data", body] if body else []
    with (folder / "sqlmap.log").open("w+", errors="replace") as log:
        try:
            subprocess.run([tools / "sqlmap", *options], check=True, stdout=log, timeout=seconds)
            ended = "done"
        except subprocess.TimeoutExpired:
            ended = "left off"
        log.seek(0)
        said = log.read()
    tests = said.count("] testing ")
    print(f"sqlmap {path}: {ended} after {tests} tests", flush=True)
    # It ends well where it does not know an option, too.
    return [f"{path}: {line}" for line in [*INJECTED.findall(said), *([] if tests else ["nothing was tried"])]]


@contextmanager
def demo(folder: Path, port: int) -> Iterator[Target]:
    """A demo that is served, with its admin signed in."""
    command = [COMMAND, "demo", "--directory", str(folder / "demo"), "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    if _answers(address):
        raise SystemExit(f"Something else is served at {address}: say another --port.")
    with (folder / "demo.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(address)
        yield Target(address, _session(folder / "demo"))
    finally:
        server.terminate()
        server.wait(30)
        print((folder / "demo.log").read_text(encoding="utf-8"), file=sys.stderr)


def _wait_for(address: str) -> None:
    for _ in range(600):
        if _answers(address):
            return
        time.sleep(0.2)
    raise TimeoutError(f"{address} does not answer")


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/health", timeout=5)
    except OSError:
        return False
    return True


def _session(directory: Path) -> str:
    workspace = Workspace.open(directory)
    with workspace.database.write() as connection:
        who = people.find(connection, EMAIL)
        token = people.start(connection, who.user_id, datetime.now(UTC)).token
    workspace.close()
    return token


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.scan", description=__doc__)
    parser.add_argument("--tools", type=Path, required=True, help="The folder with the programs wapiti and sqlmap.")
    parser.add_argument("--port", type=int, default=18_400)
    parser.add_argument("--minutes", type=int, default=20, help="How long each of them may take.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="customary-scan-") as name:
        folder = Path(name)
        with demo(folder, options.port) as target:
            given = options.tools, target, folder, options.minutes
            found = wapiti(*given) + sqlmap(*given)
    print("\n".join(found) or "nothing found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
