"""One file a kind of trigger: what must have happened to a record for a workflow to look at it."""
