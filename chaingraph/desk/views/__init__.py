"""The views of the desk: each answers what a browser asks with a page, a file, or the next page."""
