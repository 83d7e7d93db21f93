"""Files as people save them, read into clean tables; what cannot be read is told with file, row and column."""
