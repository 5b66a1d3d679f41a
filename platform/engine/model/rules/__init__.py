"""Rules: what starts a workflow and what its steps do, compiled."""
