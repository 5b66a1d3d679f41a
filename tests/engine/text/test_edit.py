"""Write-back: an edit changes what it should, and no other byte."""

from __future__ import annotations

import copy
from decimal import Decimal

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from customary.engine.problem import Problems
from customary.engine.text import File, find_packs, plain
from customary.engine.text.edit import EditProblem, Insert, Move, Remove, Rename, Set, edit
from customary.engine.text.edit.patch import Entry
from customary.engine.text.edit.spot import spots
from customary.engine.text.read import roots

DEAL = """\
# A sale in the making.
entity: deal
label: {en: Deal, zh: 商机, el: Ευκαιρία} # three languages
icon: 'star'
fields:
  # What we call it.
  name: {type: text, required: true}   # short
  source:
    type: choice
    options:
      - web
      - fair   # once a year

  # The last one.
  note: {type: long_text}
help: |
  One line.

  Another: line.
highlights: [name, # first
  source]
"""


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (Set(("icon",), "flag"), "icon: 'star'", "icon: 'flag'"),
        (Set(("icon",), "it's"), "icon: 'star'", "icon: 'it''s'"),
        (Set(("label", "zh"), "销售, 机会"), "zh: 商机", "zh: '销售, 机会'"),
        (Set(("label", "en"), True), "en: Deal", "en: true"),
        (Set(("label",), "Deal"), "label: {en: Deal, zh: 商机, el: Ευκαιρία} #", "label: Deal #"),
        (Set(("fields", "name", "required"), Decimal("0.5")), "required: true", "required: 0.5"),
        (Set(("fields", "source", "options", 1), "no"), "- fair   #", "- 'no'   #"),
        (
            Set(("fields", "source", "options"), []),
            "options:\n      - web\n      - fair   # once a year\n",
            "options: []\n",
        ),
        (
            Set(("fields", "note"), {"type": "text", "help": "a\nb"}),
            "note: {type: long_text}\n",
            "note:\n    type: text\n    help: |-\n      a\n      b\n",
        ),
        (Set(("help",), "One."), "help: |\n  One line.\n\n  Another: line.\n", "help: One.\n"),
        (Set(("help",), "A\nB\n"), "  One line.\n\n  Another: line.\n", "  A\n  B\n"),
        (
            Insert(("fields",), "tier", {"type": "text"}, after="name"),
            "# short\n",
            "# short\n  tier: {type: text}\n",
        ),
        (
            Insert(("fields",), "tier", {"type": "text"}, after="source"),
            "# once a year\n",
            "# once a year\n  tier:\n    type: text\n",
        ),
        (Insert(("fields",), "first", 1, before="name"), "  name: {", "  first: 1\n  name: {"),
        (Insert(("label",), "de", "Geschäft"), "Ευκαιρία}", "Ευκαιρία, de: Geschäft}"),
        (Insert(("highlights",), None, "note", before=0), "[name", "[note, name"),
        (Insert(("fields", "source", "options"), None, "mail"), "# once a year\n", "# once a year\n      - mail\n"),
        (Insert((), "plural", "Deals"), "  source]\n", "  source]\nplural: Deals\n"),
        (Remove(("fields", "name")), "  name: {type: text, required: true}   # short\n", ""),
        (Remove(("fields", "source", "options", 0)), "      - web\n", ""),
        (Remove(("label", "zh")), "zh: 商机, ", ""),
        (Remove(("label", "el")), ", el: Ευκαιρία", ""),
        (Remove(("highlights", 1)), "\n  source]", "\n  ]"),
        (Remove(("help",)), "help: |\n  One line.\n\n  Another: line.\n", ""),
        (Rename(("fields", "source", "options"), "von"), "    options:", "    von:"),
        (Rename(("label", "en"), "de"), "{en:", "{de:"),
        (Move(("label", "zh"), before="en"), "{en: Deal, zh: 商机,", "{zh: 商机, en: Deal,"),
    ],
)
def test_an_edit_changes_these_bytes_alone(change, old: str, new: str) -> None:
    assert DEAL.count(old) == 1
    assert edit(DEAL, [change]) == DEAL.replace(old, new)


def test_a_moved_entry_takes_its_own_text_along() -> None:
    name, source = "  name: {type: text, required: true}   # short\n", DEAL.index("\n  # The last")
    without = DEAL.replace(name, "")
    source -= len(name)
    assert edit(DEAL, [Move(("fields", "name"), after="source")]) == without[:source] + name + without[source:]


def test_an_entry_moves_into_another_mapping_as_it_is_written() -> None:
    text = "a:\n  x:\n    y: 'one' # why\n  z: 2\nb:\n    c: 1\n"
    moved = edit(text, [Move(("a", "x"), to=("b",))])
    assert moved == "a:\n  z: 2\nb:\n    c: 1\n    x:\n      y: 'one' # why\n"


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_byte_order_mark_and_a_missing_last_newline_stay(ending: str) -> None:
    text = "\ufeff" + DEAL.rstrip("\n").replace("\n", ending)
    changes = [Insert((), "plural", "Deals"), Set(("help",), "A\nB\n"), Remove(("fields", "source", "options", 1))]
    assert edit(text, changes) == "\ufeff" + edit(DEAL.rstrip("\n"), changes).replace("\n", ending)


def test_one_document_of_several_is_changed() -> None:
    text = "entity: a\nicon: x\n---\n# b\nentity: b\nicon: x\n...\n---\nentity: c\n"
    assert edit(text, [Set(("icon",), "y")], ("entity", "b")) == text.replace("b\nicon: x", "b\nicon: y")
    assert edit(text, [Insert((), "icon", "y")], 2) == text + "icon: y\n"
    with pytest.raises(EditProblem, match="There is no document “entity: d”"):
        edit(text, [Set(("icon",), "y")], ("entity", "d"))


@pytest.mark.parametrize(
    ("text", "change", "says"),
    [
        ("a: 1\n", Set(("b",), 1), "There is no “b”."),
        ("a: [1]\n", Set(("a", 1), 1), "There is no “a.1”."),
        ("a: 1\n", Remove(("a", "b")), "There is no “a.b”."),
        ("a: {b: 1}\n", Insert(("a",), "b", 1), "“a.b” is there already."),
        ("a: 1\nb: 2\n", Rename(("a",), "b"), "“b” is there already, beside “a”."),
        ("a: &x {b: 1}\nc: *x\n", Set(("c", "b"), 2), "“c” is “*x”: change it where “&x” is."),
        ("a: &x {b: 1}\nc: *x\n", Set(("a", "b"), 2), "“a” is used again as “*x”; change it by hand."),
        ("a: {b: &x 1}\nc: *x\n", Remove(("a",)), "“a” holds “&x”, which is used elsewhere."),
        ("a: {<<: 1}\n", Set(("a",), 2), "The file has a problem at line 1: “<<” does not merge here."),
        ("a: [\n", Set(("a",), 2), "The file has a problem at line 2: "),
        ("a: 1\n", Set(("a",), "\ud800"), "A text holds a character that no file can."),
        ("a: 1\n", Set(("a",), object()), "object is nothing that a definition can say."),
        ("a: {b: 1}\n", Move(("a",), to=("a",)), "“a” cannot be moved into itself."),
        ("a: 1\n", Set((), {}), "A whole document cannot be changed at once; name a key in it."),
    ],
)
def test_what_cannot_be_done_is_said(text: str, change, says: str) -> None:
    with pytest.raises(EditProblem) as raised:
        edit(text, [change])
    assert str(raised.value).startswith(says)


def test_what_an_alias_stands_for_may_be_replaced_and_an_anchor_of_no_use_stays() -> None:
    assert edit("a: &x 1\nc: *x\n", [Set(("c",), 2)]) == "a: &x 1\nc: 2\n"
    assert edit("a: &x 1\n", [Set(("a",), 2)]) == "a: &x 2\n"


def read(text: str) -> list:
    problems = Problems()
    found, _ = roots(File("", "", ""), text.removeprefix("\ufeff").replace("\r\n", "\n"), problems)
    assert list(problems) == []
    return [plain(each) for each in found]


NAMES = st.sampled_from(["a", "b", "fields", "zh", "客户", "el", "x y", "true", "12", "it's", "Όνομα", "p:q", "#n"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-99, 99),
    st.sampled_from([Decimal("0.5"), Decimal("-3.25")]),
    st.sampled_from(["", "~", "no", "a: b", "x #y", "=a > 1", "{{ name }}", "-", "商机", "Ευκαιρία, α", "01", "'"]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["one\ntwo", "one\n\n two\n", "\nx\n", "x\n\n"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
COMMENTS = st.sampled_from(["", "", "  # why", " # «γιατί» 为什么"])


@st.composite
def written(draw: st.DrawFn, value, indent: int = 0) -> str:
    """A mapping or list as lines, in whatever style somebody may have chosen."""
    from customary.engine.text.edit import render

    lines, step = "", draw(st.sampled_from([2, 4]))
    for key, each in value.items() if isinstance(value, dict) else ((None, each) for each in value):
        if draw(st.integers(0, 5)) == 0:
            lines += draw(st.sampled_from(["\n", f"{' ' * indent}# a comment: [\n", "# one, at the left\n"]))
        start = " " * indent + ("-" if key is None else render.inline(key, flow=False) + ":")
        if isinstance(each, dict | list) and each and draw(st.booleans()):
            lines += f"{start}{draw(COMMENTS)}\n" + draw(written(each, indent + step))
            if draw(st.integers(0, 5)) == 0:
                lines += f"{' ' * (indent + step)}# below\n"
        elif (literal := render.literal(each, indent + step)) and draw(st.booleans()):
            lines += f"{start} " + "\n".join(literal) + "\n"
        else:
            mark = draw(st.sampled_from(["", "'", '"']))
            inline = render.inline(each, flow=False, like=mark)
            if isinstance(each, list) and len(each) > 1 and draw(st.booleans()):
                inner = [render.inline(item, flow=True) for item in each]
                inline = f"[{inner[0]}, # first\n{' ' * (indent + 6)}{', '.join(inner[1:])} ]"
            lines += f"{start} {inline}{draw(COMMENTS)}\n"
    return lines


def paths(data, path=()):
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from paths(value, (*path, key))


@st.composite
def changed(draw: st.DrawFn, data):
    """A change that can be made in data."""
    path = draw(st.sampled_from(list(paths(data))))
    container = data
    for key in path[:-1]:
        container = container[key]
    beside = draw(st.sampled_from([None, *(container if isinstance(container, dict) else range(len(container)))]))
    side = {draw(st.sampled_from(["after", "before"])): beside}
    kind = draw(st.sampled_from(["set", "insert", "remove", "move", "rename"]))
    if kind == "set":
        return Set(path, draw(VALUES))
    if kind == "insert":
        key = draw(NAMES) if isinstance(container, dict) else None
        assume(key is None or key not in container)
        return Insert(path[:-1], key, draw(VALUES), **side)
    if kind == "move":
        return Move(path, **side)
    if kind == "rename" and isinstance(container, dict):
        name = draw(NAMES)
        assume(name not in container)
        return Rename(path, name)
    assume(len(path) > 1 or len(data) > 1)
    return Remove(path)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.lists(st.dictionaries(NAMES, VALUES, min_size=1, max_size=5), min_size=1, max_size=3))
def test_any_edit_of_any_text_gives_the_expected_data_and_leaves_the_rest(data: st.DataObject, documents) -> None:
    parts = [data.draw(written(each)) for each in documents]
    text = "---\n".join(parts)
    if data.draw(st.booleans()):
        text = text.removesuffix("\n")
    assume(_reads(text) == documents)
    ending, mark = data.draw(st.sampled_from(["\n", "\r\n"])), data.draw(st.sampled_from(["", "\ufeff"]))
    number = data.draw(st.integers(0, len(documents) - 1))
    change = data.draw(changed(documents[number]))
    expected = copy.deepcopy(documents)
    expected[number] = change.apply(expected[number])
    event(type(change).__name__)
    original = mark + text.replace("\n", ending)
    result = edit(original, [change], number)
    assert read(result) == expected
    before, after = original.split(ending), result.split(ending)
    for at, other in enumerate(documents):
        if at != number:
            assert parts[at].rstrip("\n").replace("\n", ending) in result, other
    assert _comments(before, change) <= _comments(after, change) or _within(change, documents[number])
    for kept in _around(text, number, documents[number], change.path):
        assert kept.replace("\n", ending) in result
    assert result.startswith(mark)
    if ending == "\r\n" and ending in original:
        assert "\n" not in result.replace("\r\n", "")


def _reads(text: str):
    problems = Problems()
    found, _ = roots(File("", "", ""), text, problems)
    return None if len(problems) else [plain(each) for each in found]


def _comments(lines: list[str], change) -> set[str]:
    return {each for each in lines if each.startswith("#")}


def _around(text: str, number: int, data, path):
    """The text of every entry beside the way to the change."""
    spot = spots(text)[number]
    for key in path:
        if spot.style != "block":
            return
        at = list(data).index(key) if isinstance(data, dict) else key
        for other in range(len(spot.items)):
            if other != at:
                entry = Entry(text, spot, other, 2)
                yield text[entry.start : entry.value.end]
        spot, data = spot.items[at], data[key]


def _within(change, data) -> bool:
    """Whether what was replaced or taken away may have held comments of its own."""
    value = data
    for key in change.path:
        value = value[key]
    return isinstance(change, Set | Remove | Move) and isinstance(value, dict | list)


@pytest.mark.parametrize("pack", sorted(find_packs()))
def test_shipped_files_are_edited_in_place(pack: str) -> None:
    for file in find_packs()[pack].files(Problems()):
        for number, data in enumerate(read(file.text)):
            once = edit(file.text, [Insert((), "zzz", {"a": 1})], number)
            assert edit(once, [Remove(("zzz",))], number) == file.text
            leaves = list(paths(data))[::101]
            for path in leaves:
                assert edit(file.text, [Set(path, _at(data, path))], number) == file.text
                changed = edit(file.text, [Set(path, "Ω")], number)
                assert edit(changed, [Set(path, "Ω")], number) == changed


def _at(data, path):
    for key in path:
        data = data[key]
    return data
