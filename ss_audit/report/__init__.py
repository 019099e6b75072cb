"""What people read of a run: Allure attachments, inventory, verdict block. Views of the evidence, never its source."""
