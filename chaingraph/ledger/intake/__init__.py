"""A register kept elsewhere, read into events of the ledger."""
