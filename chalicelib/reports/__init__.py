"""What a passer-by reports from a plate: a hazard or an error. The content goes into the log, the person nowhere near it."""
