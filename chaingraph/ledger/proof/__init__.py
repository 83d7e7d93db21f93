"""Is a ledger whole, what did it hold on a day, and what can be saved of a damaged one?"""
