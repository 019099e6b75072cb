"""Programs that faults start in the place of parts of the rehearsal."""
