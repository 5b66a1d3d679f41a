"""What people see of rules at work: the log, why, how often, and when to worry."""
