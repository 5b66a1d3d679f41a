"""Applying a plan: alone, step by step, and so that a crash leaves the old or the new."""
