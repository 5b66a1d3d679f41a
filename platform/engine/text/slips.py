"""What a broken YAML text most likely was meant to be: the YAML library's errors in the writer's words."""

from __future__ import annotations

import re

import yaml

from customary.engine.problem import Place, Problems

_BLANK_COLON = ("“: ” inside an unquoted text", "Quote a text that holds “: ”.")
_REMEDIES = {
    "mapping values are not allowed in this context": _BLANK_COLON,
    "found unexpected end of stream": ("a quote that is never closed", "Close it; inside '…' write ' twice."),
    "found unknown escape character": ('an unknown “\\” in “"…"”', "Use '…' for text that holds “\\”."),
    "did not find expected key": ("not a key here", "Check the indentation, and quote text that begins with a mark."),
    "could not find expected ':'": ("a key without “:”", "Write “key: value”."),
    "did not find expected '-' indicator": ("neither an item of this list nor a deeper line", "Check the indentation."),
    "did not find expected ',' or '}'": (
        "“{” is not closed before this",
        "Add the missing “,” or “}”, or quote the text.",
    ),
    "did not find expected ',' or ']'": (
        "“[” is not closed before this",
        "Add the missing “,” or “]”, or quote the text.",
    ),
    "block sequence entries are not allowed in this context": (
        "“- ” cannot begin here",
        "Put the list on its own lines.",
    ),
    "did not find expected <document start>": ("text after the end of the definition", "Check the indentation."),
}
_TAG = re.compile(r"(?:^|[\s\[{,:-])(![^\s,\[\]{}]*)")
_QUOTE_TAG = "Quote a text that begins with “!”."


def syntax_problem(path: str, text: str, error: yaml.YAMLError, problems: Problems) -> None:
    """Adds the problem that a YAML error stands for."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        problems.add(Place(path), "not YAML", str(error).splitlines()[0] if str(error) else "")
        return
    place = Place(path, mark.line + 1, mark.column + 1)
    line = (text.split("\n")[mark.line : mark.line + 1] or [""])[0]
    opened = getattr(error, "context_mark", None)
    if opened and opened.line < mark.line and "expected ','" in str(error.problem):
        mark, line = opened, text.split("\n")[opened.line]
        place = Place(path, mark.line + 1, mark.column + 1)
        summary, remedy = f"“{line[mark.column]}” is never closed", "Add the missing “}” or “]”, or quote the text."
    else:
        summary, remedy = _words(str(getattr(error, "problem", "") or ""), line, mark.column)
    if tag := _tag_before(line, mark.column):
        place = Place(path, mark.line + 1, tag.start(1) + 1)
        summary, remedy = f"“{tag[1]}” is a YAML tag, which has no meaning here", _QUOTE_TAG
    problems.add(place, summary, remedy)


def _words(problem: str, line: str, column: int) -> tuple[str, str]:
    here = line[column : column + 1]
    if here == ":" and "did not find expected ','" in problem:
        return _BLANK_COLON
    if "cannot start any token" in problem:
        if here == "\t":
            return "a tab in the indentation", "Indent with blanks."
        return f"“{here}” begins an unquoted value", f"Quote a text that begins with “{here}”."
    if "alphabetic or numeric character" in problem:
        return f"“{here or '&'}” is not the name of an anchor", "Quote a text that begins with “&” or “*”."
    return _REMEDIES.get(problem, (f"not YAML: {problem}", ""))


def _tag_before(line: str, column: int) -> re.Match[str] | None:
    """The unquoted `!` that began a value before the spot that broke, if one did."""
    found = _TAG.search(line)
    if not found or found.start(1) > column:
        return None
    before = line[: found.start(1)]
    return None if before.count('"') % 2 or before.count("'") % 2 else found
