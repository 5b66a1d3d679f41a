"""The command that editors start: lsp."""

from __future__ import annotations

import click

from customary.cli.failure import WRONG_USE, Failure


@click.command("lsp")
def lsp_command() -> None:
    """Serve editors that speak the Language Server Protocol, over standard input and output.

    Editors start it themselves: problems as you type, completion, help, go to definition, rename. It needs one more
    package: pip install 'customary[editor]'.

    \b
    Example: customary lsp
    """
    try:
        from customary.editor.server import make_server
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise Failure(
            "The language server needs one more package: pip install 'customary[editor]'", WRONG_USE
        ) from None
    make_server().start_io()
