"""The state behind the sandbox: a seeded portfolio, and every change made to it."""
