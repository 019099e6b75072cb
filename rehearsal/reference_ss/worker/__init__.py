"""The process that claims queued jobs and runs Stata."""
