"""What is written down about the work: logs, audit and figures, none of which ever holds a secret."""
