"""The language server: what an editor can know of definitions while they are written."""
