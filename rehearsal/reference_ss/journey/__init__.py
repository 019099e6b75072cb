"""The rules of the journey: access, inputs, draft, plan, run. No HTTP in here."""
