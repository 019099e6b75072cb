"""The judgements: pure functions of observations, grouped by what they are about. Importing a module registers its checks."""
