"""What the ledger says to the shortlist, and the shortlist to the ledger."""
