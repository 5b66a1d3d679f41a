"""Runs: how they begin, take their steps, wait, go on and end."""
