"""Small programs that the tests start as if they were SS; each is the text of a `python -c`."""

API = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404); self.send_header("Content-Length", "0"); self.end_headers()
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Answer).serve_forever()
"""
WORKER = """
import signal
print('{"event": "SS_WORKER_STARTUP"}', flush=True)
signal.sigwait({signal.SIGTERM})
"""
SILENT_WORKER = "import signal; signal.sigwait({signal.SIGTERM})"
ORPHANING = """
import subprocess
child = subprocess.Popen(["sleep", "300"])
print('{"event": "ORPHAN", "pid": %d}' % child.pid, flush=True)
raise SystemExit(5)
"""
# Ends its child itself, and exits with 1 when somebody else did so before.
ORDERLY = """
import signal, subprocess, time
child = subprocess.Popen(["sleep", "300"], start_new_session=True)
def finish(*_):
    time.sleep(0.3)
    alive = child.poll() is None
    child.kill()
    raise SystemExit(0 if alive else 1)
signal.signal(signal.SIGTERM, finish)
print('{"event": "UP"}', flush=True)
time.sleep(300)
"""
# A child, a grandchild in a session of its own that hears no SIGTERM and inherits no environment; prints their pids.
FAMILY = """
import os, signal, subprocess, sys, time
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(300)"
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
own = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True, stdout=subprocess.PIPE, env=dict(PATH=""))
own.stdout.readline()
print('{"event": "FAMILY", "pids": [%d, %d, %d]}' % (os.getpid(), child.pid, own.pid), flush=True)
time.sleep(300)
"""
