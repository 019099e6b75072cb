"""A tunnel: listens here, connects there, and stays in the foreground as `ssh -N -L` does.

The listening socket is made where the program is started; every other one in the network namespace, where one is named. With
a certificate it speaks TLS here and plain HTTP there, and with `--clients` it wants a certificate of that authority's.
"""

import argparse
import asyncio
import ctypes
import os
import socket
import ssl
from pathlib import Path

CLONE_NEWNET = 0x40000000


def enter(namespace: str) -> None:
    handle = os.open(Path("/run/netns") / namespace, os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), f"can't enter the network namespace {namespace}")
    os.close(handle)


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def tls(given: argparse.Namespace) -> ssl.SSLContext | None:
    if given.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.certificate, given.key)
    if given.clients is not None:
        context.load_verify_locations(given.clients)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def main(listening: socket.socket, given: argparse.Namespace) -> None:
    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, out = await asyncio.open_connection("127.0.0.1", given.port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, out), pump(there, writer))

    server = await asyncio.start_server(joined, sock=listening, ssl=tls(given))
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("listen", type=int)
    parser.add_argument("port", type=int)
    for option in ("--namespace", "--certificate", "--key", "--clients"):
        parser.add_argument(option)
    said = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", said.listen))
    if said.namespace:
        enter(said.namespace)
    asyncio.run(main(listener, said))
