"""What was seen: evidence models, the event log, redaction, and the bundle that holds them."""
