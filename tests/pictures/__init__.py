"""`make pictures`: every page and drawn thing, at three widths, light and dark, in two languages, to be looked at."""
