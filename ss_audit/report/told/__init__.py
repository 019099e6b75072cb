"""What a run tells, ready for readers: made from the bundle once, shown by the summary page and by the run log alike."""
