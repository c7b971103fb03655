"""The tests mirror the code's folders."""
