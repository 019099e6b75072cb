"""The fault matrix: every seeded defect is audited by the shipped command, and what noticed it is published."""
