"""The pages of visitors: their list, one of them, and lists that are imported."""
