"""What records know of persons: what these agreed to, how long it is kept, and that it was erased."""
