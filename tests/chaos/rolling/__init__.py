"""Every process is replaced by the next version, with migrations on the way, while people register and enter."""
