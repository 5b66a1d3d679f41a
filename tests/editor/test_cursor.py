"""The cursor: where it stands, in texts that are only half written."""

from __future__ import annotations

import pytest

from customary.editor.cursor import cursor_at


@pytest.mark.parametrize(
    ("text", "path", "word", "at_key"),
    [
        ("|", "", "", True),
        ("ent|", "", "ent", True),
        ("entity: de|", "entity", "de", False),
        ("entity: deal\nfi|", "", "fi", True),
        ("entity: deal\nfields:\n  |", "fields", "", True),
        ("entity: deal\nfields:\n  name: {type: te|", "fields name type", "te", False),
        ("entity: deal\nfields:\n  name: {type: text, la|}", "fields name", "la", True),
        ("entity: deal\nfields:\n  name: {type: text, label: {en: Name, zh: |", "fields name label zh", "", False),
        ("entity: deal\nfields:\n  name:\n    type: text\n  am|", "fields", "am", True),
        ("entity: deal\nfields:\n  name:\n    type: text\nvi|", "", "vi", True),
        ("entity: deal\nviews:\n  a: {columns: [name, am|], sort: [x]}", "views a columns -", "am", False),
        ("entity: deal\nviews:\n  a:\n    columns: [name,\n      am|", "views a columns -", "am", False),
        ("entity: deal\nviews:\n  a:\n    columns:\n    - name\n    - am|", "views a columns -", "am", True),
        ("workflow: w\ndo:\n  - se|", "do -", "se", True),
        ("workflow: w\ndo:\n  - set: {a: 1}\n    i|", "do -", "i", True),
        ("workflow: w\ndo:\n  - set:\n      a|", "do - set", "a", True),
        ("workflow: w\ndo:\n  - choose:\n      - case: x\n        do: [{se|", "do - choose - do -", "se", True),
        ("a: b\n---\nentity: deal\nwhere: x.y|", "where", "x.y", False),
        ("message: m\nbody: |-2\n  Dear {{ na|", "body", "na", False),
        ("a: {b: 'x, y: {z', c: |", "a c", "", False),
        ("a: {b: [1, 2], c: {d: 1}, e|", "a", "e", True),
        ("# a: {\na: 1 # {\nb|", "", "b", True),
    ],
)
def test_keys_word_and_side(text: str, path: str, word: str, at_key: bool) -> None:
    at = text.rindex("|")
    found = cursor_at(text[:at] + text[at + 1 :].replace("|", ""), at)
    assert (" ".join(found.path), found.word, found.at_key) == (path, word, at_key)


def test_any_text_has_a_cursor_everywhere() -> None:
    text = "entity: a\nfields: {a: [}], 'b\n- - x: |\n  é: \"\n---\n]}{[: ,#\n\t- ? <<: *a\r\n"
    for at in range(len(text) + 1):
        found = cursor_at(text, at)
        assert (found.kind, found.name) == (("entity", "a") if at < text.index("---") + 3 else ("", ""))
        assert text[:at].removesuffix("\r").endswith(found.word)
        assert all(step == "-" or step in text[:at] for step in found.path)
