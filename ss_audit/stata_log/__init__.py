"""Reading and judging Stata logs. Strings and bytes in, frozen models out; no I/O.

`grammar.read_log` reads a log; `echo`, `containment`, `tables`, `recompute`, `csv_tables`, `consistency` and
`known_answers` each judge one thing about it; `doubts` and `inspect` say in words what it is. The grammar was measured
on public batch logs of Stata 11 to StataNow 19.5. Text alone never shows that Stata wrote it.
"""
