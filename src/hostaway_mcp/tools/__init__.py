"""The catalogue: one record for every tool; each door translates it into its own form."""
