"""What other records forbid a record to be: to share a value, to overlap, to be one too many, to stand below itself."""
