"""The nouns and the vocabulary: tables and their columns, Case, ChainGraph, Findings, Strategy."""
