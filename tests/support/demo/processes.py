"""Programs of the network: started in order, stopped in the reverse one, none left behind."""
import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time


class Failed(Exception):
    """The network could not be made or went wrong: said to whoever runs it, without a trace."""


_reserved: list[socket.socket] = []


def free_port() -> int:
    """A port for a server that starts later. As long as this process lives nobody gets it by asking for any port.

    The socket that holds it never listens, and says so to the kernel only after its bind: a server, which sets
    SO_REUSEADDR before its own, may then have the port; a second reservation or an outgoing connection may not.
    """
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _reserved.append(holder)
    return holder.getsockname()[1]


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


_libc = ctypes.CDLL(None)


def end_with_parent():
    """Linux: when the demo dies, however it dies, the program is told to end."""
    _libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


@contextlib.contextmanager
def uninterrupted():
    """Ctrl-C waits until this is done. Amid a fork it would be lost, or leave a program that nobody knows of."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for number in came:
        signal.raise_signal(number)


class Process:
    """A program in a process group of its own, with a log."""

    def __init__(self, name: str, command: list, log: pathlib.Path, environment: dict | None = None):
        self.name, self.command, self.log = name, [str(word) for word in command], log
        self.environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen | None = None

    def start(self, pass_fds=()):
        with self.log.open("ab") as out, uninterrupted():
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            env=self.environment, start_new_session=True, pass_fds=pass_fds,
                                            preexec_fn=end_with_parent)
        return self

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: int):
        if self.running:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass  # It ended just now.

    def kill(self):
        """As a power cut would: nothing is told to it."""
        self.signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 10) -> str | None:
        """Asks, then kills. What went wrong, if anything did: it had to be killed, or had failed."""
        if self.process is None:
            return None
        self.signal(signal.SIGTERM)
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"did not end within {seconds:.0f} s"
        return None if status in (0, -signal.SIGTERM) else f"ended with {status}"

    def tail(self, lines: int = 15) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])


class Processes:
    """All programs of the network."""

    def __init__(self, logs: pathlib.Path):
        self.logs = logs
        logs.mkdir(parents=True, exist_ok=True)
        self.all: list[Process] = []

    def start(self, name: str, command: list, environment: dict | None = None) -> Process:
        process = Process(name, command, self.logs / f"{name}.log", environment)
        self.all.append(process)
        return process.start()

    def stop(self, *which: Process):
        """Stops them, last started first; all of them when none is named."""
        for process in reversed(which or tuple(self.all)):
            if wrong := process.stop():
                print(f"  {process.name} {wrong}; see {process.log}")

    def ended(self) -> list[Process]:
        return [process for process in self.all if not process.running]


def wait_until(what: str, ready, process: Process | None = None, seconds: float = 30):
    """Returns what `ready()` returns once that is true. Failed when the process ends first, or at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        if found := ready():
            return found
        if process is not None and not process.running:
            raise Failed(f"{process.name} ended before {what}:\n{process.tail()}")
        if time.monotonic() > deadline:
            raise Failed(f"Waited {seconds:.0f} s in vain for {what}." + (f"\n{process.tail()}" if process else ""))
        time.sleep(0.05)


def run(command: list, **options) -> str:
    """A command's output. Failed, with what it said, when it does not succeed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, **options)
    if done.returncode:
        words = " ".join(str(word) for word in command)
        raise Failed(f"{words}\n  ended with {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
