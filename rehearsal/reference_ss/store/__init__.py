"""What is on disk: jobs, their artifacts, the queue."""
