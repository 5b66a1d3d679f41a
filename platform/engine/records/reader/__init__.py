"""The reader of records: pages, groups, boards, hits, history, each within what its actor may read."""
