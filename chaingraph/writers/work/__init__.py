"""Sheets and documents of the week: dispatch, what a merge found, and what is printed for a meeting."""
