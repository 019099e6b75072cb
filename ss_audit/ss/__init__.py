"""SS seen from outside: how it is called, what its payloads say, and the path of one job."""
