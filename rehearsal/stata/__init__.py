"""The rehearsal engine: runs do-files and writes logs in Stata's grammar. It is not Stata, and every log says so."""
