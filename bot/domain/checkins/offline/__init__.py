"""Scans without a network: the document that a scanner takes along, the batch that it brings back."""
