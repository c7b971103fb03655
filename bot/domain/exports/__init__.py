"""Exports: tables of an event as a file, read in pages, written whole or not at all."""
