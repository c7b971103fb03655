"""Acts that doors share and that need more than one room: they write, then tell whom it concerns."""
