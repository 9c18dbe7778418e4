"""The tests mirror the package, floor by floor."""
