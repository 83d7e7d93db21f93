"""The commands of the week: leads in work, dispatch and merge, documents."""
