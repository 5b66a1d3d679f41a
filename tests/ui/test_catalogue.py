"""Every text of ours exists in every language we offer."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

import customary.ui.catalogue as catalogue
from customary.engine.expressions import parser, slips, tokens
from customary.engine.words import Reason, Words
from customary.ui import errors
from customary.ui.list import figures, sentence
from customary.ui.render import FOLDER as TEMPLATES

PLATFORM = Path(catalogue.__file__).parent.parent
TEXT_AT = {
    "ExpressionError": (1, 2),
    "PatternError": (1,),
    "_unexpected": (0,),
    "_expect": (1,),
    "_written_otherwise": (1,),
    "Reason": (0,),
    "Refusal": (0,),
    "say": (0,),
    "refuse": (1,),
    "Unreadable": (0,),
    "WrongMap": (0,),
    "CannotDo": (0,),
    "PermissionDeniedException": (0,),
}
"""Calls that take texts of ours, and where among their arguments they stand."""
OTHERS = ["catalogue.py"]
"""Where texts only pass through."""

Message = str | tuple[str, str]
Named = dict[str, list[ast.expr]]


def test_every_text_of_the_pages_and_every_reason_is_in_chinese_and_greek() -> None:
    wanted = set(all_messages())
    for language in ("zh", "el"):
        assert sorted(map(str, wanted - translated(language))) == [], language


def test_no_catalogue_keeps_a_text_that_nobody_says_any_more() -> None:
    wanted = set(all_messages())
    for language in ("zh", "el"):
        assert sorted(map(str, translated(language) - wanted)) == [], language


@pytest.mark.parametrize("language", ["zh", "el"])
def test_a_translation_fills_the_same_holes_as_its_text(language: str) -> None:
    for entry in entries(language):
        texts = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        wanted = holes(entry.id[1] if isinstance(entry.id, tuple) else entry.id)
        for text in texts:
            assert holes(text) <= wanted, entry.id
        assert holes(texts[-1]) == wanted, entry.id


def test_a_reason_is_said_in_the_readers_language() -> None:
    reason = Reason("is needed for stage {stage}", {"stage": Words({"en": "Won", "zh": "赢单"})})
    assert "赢单" in catalogue.say_reason("zh", reason)
    assert catalogue.say_reason("en", reason) == "is needed for stage Won"


def test_numbers_choose_the_right_form() -> None:
    one, many = "{count} record archived", "{count} records archived"
    assert catalogue.count_say("en", one, many, 1, "1") == "1 record archived"
    assert catalogue.count_say("el", one, many, 1, "1") != catalogue.count_say("el", one, many, 2, "2")


def all_messages() -> Iterator[Message]:
    yield from _in_templates()
    for path in sorted(PLATFORM.rglob("*.py")):
        if path.name not in OTHERS and "cli" not in path.parts:
            yield from _in_python(path)
    for pair in errors.TEXTS.values():
        yield from pair
    for words in (
        sentence.PLAIN,
        sentence.BY_DATE,
        sentence.BY_NUMBER,
        sentence.BY_TRUTH,
        figures.LABELS,
        figures.BY_DATE,
        slips.SLIPS,
        tokens.SLIPS,
        parser.SLIPS,
    ):
        yield from words.values()


def entries(language: str) -> list:
    with (catalogue.FOLDER / f"{language}.po").open("rb") as text:
        return [entry for entry in read_po(text, locale=language) if entry.id]


def translated(language: str) -> set[Message]:
    full = (entry for entry in entries(language) if all(_texts(entry.string)) and not entry.fuzzy)
    return {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in full}


def holes(text: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(text.replace("%(", "{").replace(")s", "}")) if name}
    return named


def _texts(translation: str | tuple[str, ...]) -> tuple[str, ...]:
    return translation if isinstance(translation, tuple) else (translation,)


def _in_templates() -> Iterator[Message]:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])  # noqa: S701 - only reads
    environment.install_null_translations(newstyle=True)
    environment.trim_blocks = environment.lstrip_blocks = True
    for path in sorted(TEMPLATES.glob("*.html")):
        for _, _, message in environment.extract_translations(path.read_text()):
            texts = (message,) if isinstance(message, str) else tuple(each for each in message if each)
            yield texts[0] if len(texts) == 1 else (texts[0], texts[1])


def _in_python(path: Path) -> Iterator[Message]:
    tree = ast.parse(path.read_text())
    named = _named_texts(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if called == "count_say":
            texts = [text for argument in node.args for text in _literals(argument, {})]
            if len(texts) >= 2:
                yield texts[0], texts[1]
        elif called in TEXT_AT:
            at_language = called == "say" and len(node.args) == 2
            for position in (1,) if at_language else TEXT_AT[called]:
                for argument in node.args[position : position + 1]:
                    yield from _literals(argument, named)


def _named_texts(tree: ast.AST) -> Named:
    """What is assigned to names, for texts that are chosen before they are said."""
    named: Named = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for name, value in _pairs(node.targets[0], node.value):
                named.setdefault(name, []).append(value)
    return named


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, part in zip(target.elts, value.elts, strict=True):
            yield from _pairs(each, part)


def _literals(node: ast.expr, named: Named) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if node.value:
            yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body, named)
        yield from _literals(node.orelse, named)
    elif isinstance(node, ast.Name):
        for value in named.get(node.id, ()):
            yield from _literals(value, {})
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        for found in named.get(node.value.id, ()):
            for value in found.values if isinstance(found, ast.Dict) else ():
                yield from _literals(value, {})
