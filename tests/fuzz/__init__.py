"""Searches for what breaks: the whole chat at random, bytes by coverage, the API by its document. `make fuzz`.

`python -m tests.fuzz` runs all of it for some minutes; what it finds stands in var/fuzz until it is a test. A short
run of each part is in test_fuzz.py.
"""
