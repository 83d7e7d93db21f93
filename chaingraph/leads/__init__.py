"""Leads: what a bureau collects every week, read into dated facts with the sentence that proves each."""
