"""The commands ``ledger``: the projects in negotiation."""
