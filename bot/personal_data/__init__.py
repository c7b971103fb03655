"""All that is held of a person, in one place: told on request, and erased."""
