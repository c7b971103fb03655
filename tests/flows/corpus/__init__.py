"""Sentences as people write them, each with how it must be read. README.md says how to add one."""
