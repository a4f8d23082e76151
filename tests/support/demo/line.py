"""A point's line to central: a TCP relay that can be cut and healed."""
import asyncio
import contextlib
import threading
import time


class Line:
    """Relays a local port to central's. While it is cut no octet passes, as when a cable is pulled: nobody is told.

    What stood on a cut line is dropped when it heals, as a provider's router drops what it no longer knows.
    """

    def __init__(self, name: str, to_port: int):
        self.name, self.to_port = name, to_port
        self.port = 0
        self.is_cut = False
        self.passed = 0                          # Octets, both ways.
        self.cuts: list[list[float]] = []        # [from, until] by the monotonic clock.
        self._pairs: set[tuple] = set()
        self._loop = asyncio.new_event_loop()
        self._through: asyncio.Event | None = None
        self._server: asyncio.Server | None = None
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name=f"line {name}", daemon=True)
        self._thread.start()
        started.wait()

    def cut(self):
        self._do(self._cut)

    def heal(self):
        self._do(self._heal)

    def seconds_cut(self) -> float:
        return sum((until or time.monotonic()) - since for since, until in self.cuts)

    def close(self):
        dropped = asyncio.run_coroutine_threadsafe(self._drop_all(), self._loop)
        with contextlib.suppress(TimeoutError):  # What still stands ends with this process: its programs must be stopped.
            dropped.result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()

    async def _drop_all(self):
        self._server.close()
        for pair in list(self._pairs):
            for writer in pair:
                writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for _ in range(2):  # What was aborted is closed by the loop's next turn.
            await asyncio.sleep(0)

    def _do(self, what):
        done = threading.Event()
        self._loop.call_soon_threadsafe(lambda: (what(), done.set()))
        done.wait(5)

    def _cut(self):
        if not self.is_cut:
            self.is_cut = True
            self._through.clear()
            self.cuts.append([time.monotonic(), None])

    def _heal(self):
        if self.is_cut:
            self.is_cut = False
            self.cuts[-1][1] = time.monotonic()
            for pair in list(self._pairs):
                for writer in pair:
                    writer.transport.abort()
            self._through.set()

    def _run(self, started: threading.Event):
        asyncio.set_event_loop(self._loop)

        async def listen():
            self._through = asyncio.Event()
            self._through.set()
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 16)
            self.port = self._server.sockets[0].getsockname()[1]
            started.set()

        self._loop.run_until_complete(listen())
        self._loop.run_forever()

    async def _serve(self, reader, writer):
        lone = (writer,)
        self._pairs.add(lone)
        await self._through.wait()
        self._pairs.discard(lone)
        if writer.is_closing():
            return
        try:
            onward_reader, onward = await asyncio.open_connection("127.0.0.1", self.to_port)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, onward)
        self._pairs.add(pair)
        await asyncio.gather(self._relay(reader, onward), self._relay(onward_reader, writer))
        await self._through.wait()  # An end that hung up while the line was cut: the other one is told later.
        for end in pair:
            end.close()
        self._pairs.discard(pair)

    async def _relay(self, reader, writer):
        try:
            while octets := await reader.read(1 << 16):
                if self.is_cut:
                    await self._through.wait()
                    return  # The heal has dropped this connection.
                writer.write(octets)
                await writer.drain()
                self.passed += len(octets)
            if not self.is_cut:
                writer.write_eof()
        except (OSError, RuntimeError):
            pass
        finally:
            if not self.is_cut:
                writer.close()
