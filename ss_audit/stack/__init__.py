"""How SS is started, restarted and read: processes of our own, their logs, their ports, and what ends them all."""
