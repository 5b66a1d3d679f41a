"""What was taken out of the definitions: it lies aside until a purge."""
