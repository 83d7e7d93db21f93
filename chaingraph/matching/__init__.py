"""Which rows mean one firm: names compared, rows merged, product text cut into pieces."""
