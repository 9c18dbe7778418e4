"""Mutation testing of the parts whose mistakes cost most: how many small defects the tests notice."""
