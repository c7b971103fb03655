"""The pages that set an event up: a new one, a copy, what is still to do, questions, kinds of pass, scanners."""
