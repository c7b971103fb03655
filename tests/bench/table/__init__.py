"""The table of costs: what a message, an admission and a pass cost beside a bare stack on the same machine."""
