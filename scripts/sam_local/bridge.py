"""A way from containers to a server that listens on this machine's loopback only."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65_536


@contextmanager
def bridge(address: str, port: int) -> Iterator[bool]:
    """Pass on to 127.0.0.1:port what arrives at that address; whether that was needed.

    The address is the bridge's: no other machine reaches it. Where it is none of this machine's
    (Docker Desktop), containers reach the loopback by themselves.
    """
    loop = asyncio.new_event_loop()
    try:
        server = loop.run_until_complete(asyncio.start_server(_passer(port), address, port))
    except OSError:
        loop.close()
        yield False
        return
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield True
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _passer(port: int):  # type: ignore[no-untyped-def]
    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))

    return pass_on


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()
