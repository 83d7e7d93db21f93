"""What runs the SQL texts: DuckDB by default."""
