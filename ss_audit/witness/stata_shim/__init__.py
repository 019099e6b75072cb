"""The Stata shim: a witness between SS and the Stata command, and the readers of what it wrote."""
