"""Writers: what a run found, as files that people open."""
