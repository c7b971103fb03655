"""Real processes against each other: nothing doubled, nothing lost, nothing out of order."""
