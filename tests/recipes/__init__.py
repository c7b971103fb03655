"""CONTRIBUTING's recipes, followed to the letter in a copy of the repository: each names every file that it takes."""
