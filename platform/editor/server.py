"""The language server itself: what an editor asks, answered from the folder it has open."""

from __future__ import annotations

import asyncio
import difflib
import re
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlparse

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.workspace import PositionCodec

from customary.editor import completion, hover
from customary.editor.folder import Folder, find_folder
from customary.editor.names import Names
from customary.editor.rename import CannotRename, may_rename, renamed
from customary.editor.spot import Spot
from customary.engine.problem import Place, Problem

PAUSE_SECONDS = 0.15
"""After so long without a key pressed the definitions are checked."""

SORTS = {
    "key": lsp.CompletionItemKind.Property,
    "word": lsp.CompletionItemKind.EnumMember,
    "type": lsp.CompletionItemKind.TypeParameter,
    "function": lsp.CompletionItemKind.Function,
    "field": lsp.CompletionItemKind.Field,
    "entity": lsp.CompletionItemKind.Class,
    "option": lsp.CompletionItemKind.EnumMember,
    "stage": lsp.CompletionItemKind.EnumMember,
    "result": lsp.CompletionItemKind.Variable,
    "name": lsp.CompletionItemKind.Variable,
}
_END = re.compile(r"[\w.]+|[^\s,\]}]*")


class Server(LanguageServer):
    """One editor's view of the workspaces whose files it has open."""

    def __init__(self) -> None:
        super().__init__("customary", version("customary"))
        self.folders: dict[Path, Folder] = {}
        self.told: dict[Path, set[str]] = {}
        self.changes = 0

    def folder_of(self, uri: str) -> tuple[Folder, str] | None:
        """The workspace of a file, and how problems name the file."""
        path = path_of(uri)
        directory = find_folder(path.parent)
        if directory is None:
            return None
        folder = self.folders.setdefault(directory, Folder(directory))
        shown = folder.shown(path)
        return (folder, shown) if shown is not None else None

    def spot(self, uri: str, position: lsp.Position) -> tuple[Folder, Spot] | None:
        """The spot at a position of an open file."""
        found = self.folder_of(uri)
        if found is None:
            return None
        folder, shown = found
        document = self.workspace.get_text_document(uri)
        names = Names(folder.source())
        return folder, Spot(shown, document.source, document.offset_at_position(position), names)

    def take(self, uri: str, text: str | None) -> None:
        """Takes the text of an open file over; None when it was closed."""
        if (found := self.folder_of(uri)) is None:
            return
        folder, shown = found
        if text is None:
            folder.unsaved.pop(shown, None)
        else:
            folder.unsaved[shown] = text

    async def check(self, uri: str, pause: float = 0) -> None:
        """Tells the problems of the file's workspace, unless something changes meanwhile."""
        if (found := self.folder_of(uri)) is None:
            return
        self.changes += 1
        change, folder = self.changes, found[0]
        await asyncio.sleep(pause)
        if change != self.changes:
            return
        problems = await asyncio.to_thread(folder.problems)
        if change == self.changes:
            self._tell(folder, list(problems))

    def _tell(self, folder: Folder, problems: list[Problem]) -> None:
        by_uri: dict[str, list[lsp.Diagnostic]] = {self.uri(folder, each): [] for each in folder.unsaved}
        by_uri |= {uri: [] for uri in self.told.get(folder.directory, ())}
        for each in problems:
            by_uri.setdefault(self.uri(folder, each.place.file), []).append(self._diagnostic(folder, each))
        for uri, diagnostics in by_uri.items():
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=diagnostics))
        self.told[folder.directory] = {uri for uri, diagnostics in by_uri.items() if diagnostics}

    def _diagnostic(self, folder: Folder, problem: Problem) -> lsp.Diagnostic:
        severe = problem.severity == "error"
        return lsp.Diagnostic(
            range=self.range(folder, problem.place),
            message=f"{problem.summary}\n{problem.remedy}".rstrip(),
            severity=lsp.DiagnosticSeverity.Error if severe else lsp.DiagnosticSeverity.Warning,
            source="customary",
        )

    def uri(self, folder: Folder, shown: str) -> str:
        return folder.path_of(shown).resolve().as_uri()

    def lines(self, folder: Folder, shown: str) -> list[str]:
        """The lines of a file as the editor has it, or as it is on disk."""
        text = folder.unsaved.get(shown)
        if text is None:
            path = folder.path_of(shown)
            text = path.read_text("utf-8", "replace") if path.is_file() else ""
        return lines_of(text)

    def range(self, folder: Folder, place: Place) -> lsp.Range:
        """The word at a place, in the units that the editor counts in."""
        lines = self.lines(folder, place.file)
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        start = min(place.column - 1, len(line))
        end = max(_END.match(line, start).end(), start)
        codec: PositionCodec = self.workspace.position_codec
        return codec.range_to_client_units(
            lines, lsp.Range(lsp.Position(place.line - 1, start), lsp.Position(place.line - 1, end))
        )


def path_of(uri: str) -> Path:
    return Path(unquote(urlparse(uri).path))


def lines_of(text: str) -> list[str]:
    """The lines of a text as editors count them, with their ends."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z", text)


def make_server() -> Server:
    """A server that answers what editors ask; `start_io` serves one over standard input and output."""
    server = Server()
    _follow(server)
    _answer(server)
    _rename(server)
    return server


def _follow(server: Server) -> None:
    """Texts as they are typed."""

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.take(params.text_document.uri, params.text_document.text)
        await server.check(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.take(uri, server.workspace.get_text_document(uri).source)
        await server.check(uri, PAUSE_SECONDS)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        await server.check(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.take(params.text_document.uri, None)
        await server.check(params.text_document.uri)


def _answer(server: Server) -> None:
    """Completion, hover, and where a name is declared."""

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[".", " ", "{", "="]))
    def completed(params: lsp.CompletionParams) -> lsp.CompletionList:
        found = server.spot(params.text_document.uri, params.position)
        items = [_item(each) for each in completion.offers(found[1])] if found else []
        return lsp.CompletionList(is_incomplete=False, items=items)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        found = server.spot(params.text_document.uri, params.position)
        told = hover.told(found[1]) if found else ""
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, told)) if told else None

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def defined(params: lsp.DefinitionParams) -> lsp.Location | None:
        found = server.spot(params.text_document.uri, params.position)
        meant = found[1].meant() if found else None
        if meant is None or meant.place is None:
            return None
        return lsp.Location(server.uri(found[0], meant.place.file), server.range(found[0], meant.place))


def _item(offer: completion.Offer) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=offer.text, kind=SORTS.get(offer.sort), detail=offer.detail or None, documentation=offer.about or None
    )


def _rename(server: Server) -> None:
    """A new name in all files; what cannot be is answered with the reason."""

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepared(params: lsp.PrepareRenameParams) -> lsp.PrepareRenameDefaultBehavior | None:
        found = server.spot(params.text_document.uri, params.position)
        if found is None:
            return None
        try:
            may_rename(found[0], found[1].meant())
        except CannotRename as why:
            raise JsonRpcInvalidParams(str(why)) from why
        return lsp.PrepareRenameDefaultBehavior(default_behavior=True)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        found = server.spot(params.text_document.uri, params.position)
        if found is None:
            return None
        folder, spot = found
        try:
            texts = renamed(folder, may_rename(folder, spot.meant()), params.new_name)
        except CannotRename as why:
            raise JsonRpcInvalidParams(str(why)) from why
        changes = {server.uri(folder, path): _edits(server.lines(folder, path), text) for path, text in texts.items()}
        return lsp.WorkspaceEdit(changes=changes)


def _edits(old: list[str], text: str) -> list[lsp.TextEdit]:
    """The lines that differ."""
    new = lines_of(text)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        lsp.TextEdit(lsp.Range(lsp.Position(a, 0), lsp.Position(b, 0)), "".join(new[c:d]))
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    ]
