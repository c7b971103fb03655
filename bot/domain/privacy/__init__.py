"""Erasure of a person, and retention: what is deleted when its time is over."""
