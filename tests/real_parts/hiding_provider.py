"""A fake provider, started as a program: the rehearsal LLM behind a proxy that takes away what would give it away.

    python hiding_provider.py [--host HOST] [--certificate PEM --key PEM] [--echo MODEL]

`--echo` names the model that it says it is; without it, the one that was asked for. Its first line is its port.
"""

import argparse
import json
import ssl
import subprocess
import sys
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--host", default="127.0.0.1")
    reader.add_argument("--certificate")
    reader.add_argument("--key")
    reader.add_argument("--echo")
    given = reader.parse_args()
    command = [sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0"]
    behind = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert behind.stdout is not None
        server = _server(given.host, json.loads(behind.stdout.readline())["port"], given.echo)
        if given.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(given.certificate, given.key)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        print(server.server_address[1], flush=True)
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        behind.kill()
        behind.wait()


def _server(host: str, behind: int, echo: str | None) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        server_version, sys_version = "nginx", ""

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"]))
            connection = HTTPConnection("127.0.0.1", behind, timeout=30)
            connection.request("POST", self.path, asked, {k: v for k, v in self.headers.items() if k.lower() != "host"})
            answer = connection.getresponse()
            said = json.loads(answer.read())
            if answer.status == 200:
                said |= {"model": echo or json.loads(asked)["model"], "system_fingerprint": "fp_1", "id": "chatcmpl-9fQ"}
            body = json.dumps(said).encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing on stderr."""

    ThreadingHTTPServer.daemon_threads = True
    return ThreadingHTTPServer((host, 0), Handler)


if __name__ == "__main__":
    main()
