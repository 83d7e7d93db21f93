"""The desk: a page on this machine alone on which one person reads in, reviews, looks up and records."""
