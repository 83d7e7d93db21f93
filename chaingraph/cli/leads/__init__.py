"""The commands of leads: read, review, list."""
