"""What is free, at what price; what is not, and why."""
