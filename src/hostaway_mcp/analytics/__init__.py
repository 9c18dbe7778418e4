"""Measures: pure functions over rows, each with its definition and an example to check by hand."""
