"""The conversations of visitors: registration, my pass, my data, cancellation, consent."""
