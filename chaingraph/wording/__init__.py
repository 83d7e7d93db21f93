"""Reasons, notes and questions in words."""
