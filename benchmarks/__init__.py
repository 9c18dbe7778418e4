"""Figures of this server as ratios to floors that are measured in the same run; `scripts/bench` runs them."""
