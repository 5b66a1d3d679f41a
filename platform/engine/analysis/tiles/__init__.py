"""Kinds of tile: a file each. Its docstring is what the reference says of it."""
