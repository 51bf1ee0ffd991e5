# Copyright 2026 The Weirflow Authors. SPDX-License-Identifier: Apache-2.0
"""A TCP proxy on loopback that does harm on command.

Usage: tcp_proxy.py LISTEN_PORT TARGET_PORT [CONTROL_FIFO]

LISTEN_PORT 0 is a free one; the first line of the output is "ready PORT". Commands are lines of
the FIFO or of the standard input, which ends the proxy when it is closed. Each is answered by one
line, "ok ..." once it is in force or "error ...".

  pass            forward, as at the start
  delay MS        each byte arrives that much later, in both directions
  throttle BYTES  per second, connection and direction
  half_open       keep the connections, swallow what they send; new ones lead nowhere. What has
                  lost bytes is reset when another mode comes
  cut             reset the connections, refuse new ones
  cut_after BYTES [up|down]
                  let so many more bytes arrive, of all connections, then cut: those to the
                  target (up), from it (down), or both together; any other mode disarms it
  target PORT     of connections to come
  state           answer "ok MODE CONNECTIONS BYTES_UP BYTES_DOWN BYTES_SWALLOWED"
"""

import asyncio
import fcntl
import os
import socket
import struct
import sys
import termios

HOST = "127.0.0.1"
PIECE = 65536
# Pieces that wait for their moment, each direction of a connection.
QUEUED = 1024
NEVER = 1e12


def new_socket():
    made = socket.socket()
    made.setblocking(False)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def unsent(connection):
    """Bytes that the other side has not acknowledged."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0\0\0\0"))[0]


def reset(connection):
    """Closes so that the other side gets a reset, not an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Pair:
    """A connection of a client, and the one to the target; none when it leads nowhere."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.target = None
        self.lost = False  # bytes were swallowed: what would follow makes no sense
        self.tasks = [asyncio.create_task(self.serve())]

    async def serve(self):
        ways = [("up", self.client, None)]
        if self.proxy.mode == "half_open":
            self.lost = True
        else:
            self.target = new_socket()
            ways = [("up", self.client, self.target), ("down", self.target, self.client)]
            try:
                await asyncio.get_running_loop().sock_connect(
                    self.target, (HOST, self.proxy.target_port)
                )
            except OSError:
                self.close(reset)
                return
        self.tasks += [asyncio.create_task(self.forward(*way)) for way in ways]
        await asyncio.gather(*self.tasks[1:], return_exceptions=True)
        if self.lost:
            # Nobody learns of the end before the mode changes, which resets it.
            await asyncio.Event().wait()
        self.close()

    async def forward(self, way, source, sink):
        """One direction, until its end."""
        pieces = asyncio.Queue(QUEUED)
        reader = asyncio.create_task(self.read(source, pieces))
        try:
            piece = b"-"
            while piece:
                moment, piece = await pieces.get()
                await self.proxy.until(lambda: moment + self.proxy.delay)
                if piece:
                    await self.write(way, sink, piece)
                elif self.proxy.mode == "half_open":
                    self.lost = True
                elif sink:
                    sink.shutdown(socket.SHUT_WR)
                pieces.task_done()
        except OSError:
            self.failed()
        finally:
            reader.cancel()

    async def read(self, source, pieces):
        loop = asyncio.get_running_loop()
        piece = b"-"
        while piece:
            try:
                piece = await loop.sock_recv(source, PIECE)
            except OSError:
                self.failed()
                piece = b""
            await pieces.put((loop.time(), piece))
            # Only what is delayed is read ahead: a slow sink is to slow the source down.
            if not self.proxy.delay:
                await pieces.join()

    async def write(self, way, sink, piece):
        loop = asyncio.get_running_loop()
        while piece:
            part, rate = piece, self.proxy.rate
            if rate:
                part = piece[: max(1, rate // 20)]
                end = loop.time() + len(part) / rate
                await self.proxy.until(lambda: end if self.proxy.rate else 0)
            # None is no limit; with nothing left another one is about to cut.
            await self.proxy.until(lambda: NEVER if self.proxy.left(way) == 0 else 0)
            if self.proxy.mode == "half_open":
                self.lost = True
                self.proxy.swallowed += len(piece)
                return
            part = part[: self.proxy.left(way)]
            self.proxy.count(way, len(part))
            await loop.sock_sendall(sink, part)
            if self.proxy.left(way) == 0:
                await self.deliver(sink)
                if self.proxy.left(way) == 0:
                    self.proxy.cut()
                    return
            piece = piece[len(part) :]

    async def deliver(self, sink):
        """What was sent arrives before the reset, which would overtake it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + 1
        while unsent(sink) and loop.time() < end:
            await asyncio.sleep(0.001)

    def failed(self):
        """One side is broken: so is the other, unless nobody is to learn of it."""
        if self.proxy.mode == "half_open":
            self.lost = True
        else:
            self.close(reset)

    def close(self, how=socket.socket.close):
        self.proxy.pairs.discard(self)
        loop = asyncio.get_running_loop()
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        for connection in (self.client, self.target):
            if connection and connection.fileno() >= 0:
                # A task that ends later must not take the number for its own.
                loop.remove_reader(connection)
                loop.remove_writer(connection)
                how(connection)


class Proxy:
    def __init__(self, port, target_port):
        self.target_port = target_port
        self.port = port
        self.pairs = set()
        self.changed = asyncio.Event()
        self.bytes = {"up": 0, "down": 0}
        self.swallowed = 0
        self.listener = None
        self.accepting = None
        self.set_mode("pass")
        self.bind()

    # --- modes ---

    def set_mode(self, mode, delay=0.0, rate=0):
        self.mode, self.delay, self.rate = mode, delay, rate
        self.budget = None  # (ways, bytes) before the cut
        if mode != "half_open":
            for pair in [pair for pair in self.pairs if pair.lost]:
                pair.close(reset)
        self.changed.set()
        self.changed = asyncio.Event()

    async def until(self, moment):
        """Waits for a moment that a change of the mode can move."""
        loop = asyncio.get_running_loop()
        while (rest := moment() - loop.time()) > 0:
            try:
                await asyncio.wait_for(self.changed.wait(), rest)
            except asyncio.TimeoutError:
                pass

    def left(self, way):
        """Bytes that may pass before the cut; None is no limit."""
        return self.budget[1] if self.budget and way in self.budget[0] else None

    def count(self, way, size):
        self.bytes[way] += size
        if self.left(way) is not None:
            self.budget = (self.budget[0], self.budget[1] - size)

    def cut(self):
        self.set_mode("cut")
        self.accepting.cancel()
        self.accepting = None
        asyncio.get_running_loop().remove_reader(self.listener)
        self.listener.close()
        for pair in list(self.pairs):
            pair.close(reset)
        # A socket that is bound and does not listen refuses, and keeps the port for later.
        self.bind()

    # --- connections ---

    def bind(self):
        self.listener = new_socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((HOST, self.port))
        self.port = self.listener.getsockname()[1]

    def listen(self):
        if not self.accepting:
            self.listener.listen(128)
            self.accepting = asyncio.create_task(self.accept())

    async def accept(self):
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(self.listener)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs.add(Pair(self, client))

    # --- commands ---

    def command(self, name, *arguments):
        if name == "state":
            () = arguments
            numbers = [len(self.pairs), *self.bytes.values(), self.swallowed]
            return " ".join([self.mode, *map(str, numbers)])
        if name == "target":
            (self.target_port,) = map(int, arguments)
        elif name == "cut_after":
            size, *ways = arguments
            if ways not in ([], ["up"], ["down"]):
                raise ValueError("the direction is up or down")
            if self.mode == "cut":
                raise ValueError("it is cut already")
            if int(size) < 1:
                raise ValueError("bytes are at least 1; for none there is cut")
            self.budget = (ways or list(self.bytes), int(size))
        elif name == "cut":
            () = arguments
            if self.mode != "cut":
                self.cut()
        elif name in ("pass", "half_open"):
            () = arguments
            self.set_mode(name)
            self.listen()
        elif name == "delay":
            (delay,) = arguments
            self.set_mode(name, delay=float(delay) / 1000)
            self.listen()
        elif name == "throttle":
            (rate,) = arguments
            if int(rate) < 1:
                raise ValueError("bytes per second are at least 1; for none there is half_open")
            self.set_mode(name, rate=int(rate))
            self.listen()
        else:
            raise ValueError("there is no such command")
        return name

    def answer(self, line):
        try:
            return "ok " + self.command(*line.split())
        except (TypeError, ValueError) as error:
            return f"error {line.strip()!r}: {error}"


async def main(listen_port, target_port, fifo=None):
    proxy = Proxy(listen_port, target_port)
    proxy.listen()
    if fifo:
        # Open for writing as well: a writer that leaves does not end it.
        control = os.fdopen(os.open(fifo, os.O_RDWR | os.O_NONBLOCK), "rb", 0)
    else:
        control = sys.stdin
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), control
    )
    print("ready", proxy.port, flush=True)
    while line := await lines.readline():
        if line.strip():
            print(proxy.answer(line.decode(errors="replace")), flush=True)
    for pair in list(proxy.pairs):
        pair.close(reset)


if __name__ == "__main__":
    if not 3 <= len(sys.argv) <= 4:
        sys.exit(__doc__)
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
