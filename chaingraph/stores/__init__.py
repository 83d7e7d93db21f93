"""Stores: where a graph lies when several people work with it."""
