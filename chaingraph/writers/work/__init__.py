"""Sheets and documents of the week: dispatch, what a merge found, and what is printed for a meeting."""

INVESTOR = ("zh", "en", "ja", "de", "ko")  # languages in which an investor is handed something
