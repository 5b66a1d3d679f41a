"""What the changes of a plan mean for the data there is, and for all that knows what goes away."""
