"""Candidates, gates and order: the survey that turns facts into lists."""
