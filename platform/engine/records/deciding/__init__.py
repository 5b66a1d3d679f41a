"""What people decide about records, and who they are."""
