"""Cases larger than memory, in Parquet datasets."""
