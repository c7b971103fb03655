"""The service: what it keeps and what it does."""
