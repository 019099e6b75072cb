"""Mutation of the judges: does any test notice when a check, the verdict, the redaction or the chain judges otherwise?

    PYTHONPATH=tests python -m mutation          (`make mutants`)

Each mutant is one small change of one expression. A change inside a function is swapped into the loaded module of a forked
process, which then runs only the tests that call this function; for a change outside of functions the project is loaded
again in that process, and the tests that call anything of the module are run.
Own code, since mutmut leaves decorated functions alone (all checks are) and cosmic-ray starts a test run per mutant.
"""
