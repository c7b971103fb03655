"""Imports of people from an organiser's file: read, validated row by row, registered with their passes."""
