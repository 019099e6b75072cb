"""`ss-audit doctor`: what an audit with these settings would use, and what is missing, without starting one.

`parts`, `provider`, `scenarios` and `page` are pure: facts in, items out, items to text. The `look_…` modules look;
`examination` puts the two together.
"""
