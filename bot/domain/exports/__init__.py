"""What organisers take out of the service as a file: tables, read in pages, written whole or not at all."""
