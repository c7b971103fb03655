"""How fast it is on a machine: figures with their conditions, which no test holds against anything."""
