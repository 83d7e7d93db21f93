"""The one writer into a case: what is added keeps the bureau's own files as they are, with a version of the former."""
