"""A world in memory, so that a flow can be tried in a terminal (`make play`) and in tests."""
