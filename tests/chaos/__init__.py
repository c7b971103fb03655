"""Many phones at once while processes are killed: nothing lost, nothing twice, nothing out of order."""
