"""One file a kind of step: what a workflow does. Each has `perform(step, acting) -> Done`."""
