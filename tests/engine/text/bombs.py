"""Files that cost far more than they look: `python bombs.py` checks each, and prints what it took as JSON lines."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

VISIT = "entity: visit\nfields:\n  name: {type: text}\n"
MANY = 150_000
SECONDS = 1


def _numbered(line: str, count: int = MANY) -> str:
    return "".join(line.replace("#", str(n)) for n in range(count))


def _chained(first: str, line: str, count: int = 60) -> str:
    lines = (line.replace("#1", str(n)).replace("#0", str(n - 1)) for n in range(1, count))
    return "\n".join(["entity: visit", first, *lines])


BOMBS: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (_chained("a0: &a0 [x, x]", f"a#1: &a#1 [{', '.join(['*a#0'] * 9)}]", 20), "more values than"),
    "laughs in mappings": (_chained("a0: &a0 {x: y}", "a#1: &a#1 {x: *a#0, y: *a#0}"), "more values than"),
    "merge keys": (_chained("a0: &a0 {x: y}", "a#1: &a#1 {<<: [*a#0, *a#0]}"), "“<<” does not merge here"),
    "nested lists": ("entity: visit\nv: " + "[" * 60_000, "nested more than 50 levels deep"),
    "nested mappings": ("entity: visit\nv: " + "{a: " * 60_000, "nested more than 50 levels deep"),
    "nested lines": ("entity: visit\n" + "".join(" " * n + "a:\n" for n in range(1_900)), "nested more than 50"),
    "nested dashes": ("entity: visit\nv:\n  " + "- " * 500_000, "nested more than 50 levels deep"),
    "keys of keys": ("entity: visit\n" + "? " * 500_000, "a key must be a word"),
    "a huge text": (VISIT + f"label: '{'x' * 1_900_000}'\n", "a text longer than 100,000 characters"),
    "a huge plain text": (VISIT + f"label: {'x' * 1_900_000}\n", "a text longer than 100,000 characters"),
    "a huge block": (VISIT + "label: |\n" + "  x\n" * 400_000, "a text longer than 100,000 characters"),
    "a huge number": (VISIT + f"label: {'9' * 1_900_000}\n", "a text longer than 100,000 characters"),
    "many escapes": (VISIT + 'label: "' + "\\\\" * 900_000 + '"\n', "a text longer than 100,000 characters"),
    "a huge key": (VISIT + "x" * 1_900_000 + ": 1\n", "a key without “:”"),
    "a long name": (f"entity: {'x' * 90_000}\n", "is not a name"),
    "a long word": (VISIT + f"highlights: [{'x' * 90_000}]\n", "“xxx"),
    "a long expression": (VISIT + "title: '{{ " + "a + " * 20_000 + "a }}'\n", "this hole has no end"),
    "a deep expression": (VISIT + "title: '{{ " + "(" * 2_000 + "1" + ")" * 2_000 + " }}'\n", "nested more than 18"),
    "many holes": (VISIT + "title: '" + "{{ name }}" * 9_000 + "'\n", "a text has at most 200 holes"),
    "many documents": ("---\n" * 480_000, "more definitions than one file may hold"),
    "equal documents": ("---\nentity: a\n" * 1_900, "“entity: a” is there twice"),
    "equal keys": (VISIT + "k: 1\n" * 190_000, "“k” is there twice"),
    "many keys": (VISIT + _numbered("k#: 1\n"), "more values than one file may hold"),
    "many anchors": (VISIT + _numbered("k#: &a# x\n", 90_000), "more values than one file may hold"),
    "many fields": ("entity: visit\nfields:\n" + _numbered("  k#: {type: txt}\n", 14_000), "“txt” is not a field type"),
    "many names": (VISIT + f"highlights: [{_numbered('k#, ', 50_000)}]\n", "“k0” is not a field of visit"),
    "many conditions": (VISIT + "checks:\n" + _numbered("  k#: {check: na# > 1}\n", 14_000), "“na0” is not known here"),
    "many options": (
        f"entity: visit\nfields: {{k: {{type: choice, options: [{_numbered('k#, ', 50_000)}]}}}}\n",
        "there are more than 1,000 options",
    ),
    "many stages": (
        f"{VISIT}---\npipeline: p\nentity: visit\nstages: {{{_numbered('k#: {}, ', 20_000)}}}\n",
        "a mapping has at most 100 entries here",
    ),
    "open brackets": (VISIT + "label: [" + "a," * 190_000, "more values than one file may hold"),
    "an open quote": (VISIT + "label: '" + "x\n" * 900_000, "a quote that is never closed"),
    "many colons": (VISIT + "label: " + "a: " * 600_000, "“: ” inside an unquoted text"),
    "tabs": (VISIT + "\tlabel: x\n" * 100_000, "a tab in the indentation"),
    "a Python tag": (
        VISIT + "label: !!python/object/apply:os.system ['true']\n",
        "“tag:yaml.org,2002:python/object/apply:os.system” is a YAML tag",
    ),
    "a bare =": (VISIT + "views: {a: {where: =}}\n", "there is no expression here"),
    "a list as key": (VISIT + "? [a, b]\n: c\n", "a key must be a word"),
    "a mapping as key": (VISIT + "{a: b}: c\n", "a key must be a word"),
    "a number as key": (VISIT + "12: c\n", "“12” is not a key of an entity"),
    "another version": ("%YAML 9.9\n---\nentity: visit\n", "not YAML"),
    "UTF-16": (VISIT.encode("utf-16"), "not UTF-8 text"),
    "UTF-32": (VISIT.encode("utf-32"), "not UTF-8 text"),
    "GBK": ("entity: visit\nlabel: 商机".encode("gbk"), "not UTF-8 text"),
    "a huge file": (VISIT.encode() * 900_000, "the file is longer than 2 million characters"),
}
"""What a file holds, and how the first of its problems begins, by name."""


def _most_memory() -> float:
    """In megabytes. What `getrusage` tells on Linux includes the process that started this one."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))


def _timed(check: Any, workspace: Path) -> tuple[float, Any]:
    start = time.process_time()
    problems, _ = check(workspace)
    return time.process_time() - start, problems


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
    resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
    from customary.engine.model.check import check

    for name, (content, _) in BOMBS.items():
        with tempfile.TemporaryDirectory() as folder:
            workspace = Path(folder)
            (workspace / "schemas").mkdir()
            (workspace / "customary.yaml").write_text("name: Bad\npacks: [core]\n")
            (workspace / "schemas" / "a.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
            spent, problems = _timed(check, workspace)
            if spent >= SECONDS:
                # What else runs on a machine only adds to it: the lesser of two is nearer to what it takes.
                spent = min(spent, _timed(check, workspace)[0])
        megabytes = _most_memory()
        told = [each.summary for each in problems if each.place.file == "schemas/a.yaml"]
        json.dump({"name": name, "seconds": spent, "megabytes": megabytes, "told": told}, sys.stdout)
        print(flush=True)


if __name__ == "__main__":
    main()
