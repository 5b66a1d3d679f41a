"""The command line: one file a group of commands, imported only when one of them is asked for."""

from __future__ import annotations

import importlib

import click

from customary.cli.failure import reported

COMMANDS = {
    "init": "definitions",
    "check": "definitions",
    "show": "definitions",
    "schema": "definitions",
    "test": "examples",
    "lsp": "lsp",
    "plan": "plan",
    "apply": "plan",
    "undo": "undo",
    "upgrade": "upgrade",
    "rehearse": "rehearse",
    "runs": "runs",
    "why": "why",
    "retired": "retired",
    "purge": "retired",
    "serve": "server",
    "work": "server",
    "demo": "demo",
    "user": "people",
    "key": "people",
    "explain": "explain",
    "secret": "secrets",
    "import": "exchange",
    "export": "exchange",
    "backup": "backup",
    "restore": "backup",
    "doctor": "doctor",
    "audit": "audit",
    "dossier": "privacy",
    "erase": "privacy",
}
"""Command to the file that holds it, as a function of its name with `_command` after it."""


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"customary.cli.{COMMANDS[name]}")
        return getattr(module, f"{name}_command")

    def invoke(self, context: click.Context) -> object:
        with reported():
            return super().invoke(context)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="customary", message="customary %(version)s")
def main() -> None:
    """Customary: a CRM declared in YAML.

    \b
    Try it:        customary demo
    Start yours:   customary init mycrm --packs core,sales
                   customary apply mycrm
                   customary user add you@example.com --role admin --workspace mycrm
                   customary serve mycrm
    """
