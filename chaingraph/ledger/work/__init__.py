"""Leads in work: what happens between a reviewed lead and the ledger's first stage, as events of the same log."""
