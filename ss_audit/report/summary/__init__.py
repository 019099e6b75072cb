"""`summary.html`: the verdict and what it rests on, on one page without scripts, for somebody with two minutes."""
