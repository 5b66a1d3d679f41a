"""The lock file: it pins packs, and says what is different about them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from customary.engine.problem import Problems
from customary.engine.text import File, Source, read_source
from customary.engine.text.lock import LOCK_FILE, check_lock, pins, write_lock


def source(version: str = "1.0", entity: str = "entity: pet\n", packs: str = "a b") -> Source:
    files = []
    for pack in packs.split():
        files.append(File(f"schemas/{pack}/pack.yaml", pack, f"pack: {pack}\nversion: '{version}'\n"))
        files.append(File(f"schemas/{pack}/{pack}.yaml", pack, entity.replace("pet", f"pet_{pack}")))
    return read_source([File("customary.yaml", "workspace", "name: A\n"), *files], Problems())


def differences(folder: Path, now: Source) -> list[str]:
    problems = Problems()
    check_lock(folder, now, problems)
    assert problems.errors == []
    return [f"{each.place} {each.summary}" for each in problems]


def test_the_file_is_readable_and_in_the_order_of_the_packs(tmp_path: Path) -> None:
    write_lock(tmp_path, source())
    pinned = json.loads((tmp_path / LOCK_FILE).read_text("utf-8"))["packs"]
    assert list(pinned) == ["a", "b"]
    assert pinned["a"] == {"version": "1.0", "digest": pins(source())["a"].digest}
    before = (tmp_path / LOCK_FILE).stat().st_mtime_ns
    write_lock(tmp_path, source())
    assert (tmp_path / LOCK_FILE).stat().st_mtime_ns == before


def test_the_same_packs_are_no_difference_whatever_ends_their_lines(tmp_path: Path) -> None:
    assert differences(tmp_path, source()) == []
    write_lock(tmp_path, source())
    assert differences(tmp_path, source()) == []
    assert differences(tmp_path, source(entity="\ufeffentity: pet\r\n")) == []


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (source(version="1.1", packs="a"), "4:5 the pack “a” was applied as 1.0 and is 1.1 now"),
        (
            source(entity="entity: pet\nicon: x\n", packs="a"),
            "4:5 the pack “a” has changed since it was applied, though it is still 1.0",
        ),
        (source(packs="b a"), "1:1 the pack “b” is new since the last apply"),
        (source(packs=""), "4:5 the pack “a” is gone since the last apply"),
    ],
)
def test_another_pack_is_told_where_it_is_pinned(tmp_path: Path, now: Source, says: str) -> None:
    write_lock(tmp_path, source(packs="a"))
    assert differences(tmp_path, now) == [f"customary.lock:{says}"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"packs": 3}', '{"packs": {"a": 1}}', "<<<<<<< ours", "\xff"]
)
def test_a_file_that_pins_nothing_is_said_to(tmp_path: Path, text: str) -> None:
    (tmp_path / LOCK_FILE).write_text(text, "latin-1")
    assert differences(tmp_path, source()) == ["customary.lock:1:1 this does not pin packs"]
