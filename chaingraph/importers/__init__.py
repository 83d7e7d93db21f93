"""Readers of published data sets and registers that are not laid out as a case."""
