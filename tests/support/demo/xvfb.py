"""A display that nobody sees. `python3 -m demo.xvfb WIDTH HEIGHT COMMAND…` runs a command on one."""
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

from .processes import Failed, Process, Processes


def start_xvfb(processes: Processes, name: str, size: tuple[int, int], *options) -> tuple[Process, str]:
    """An X server of that size, and its name for DISPLAY. It chooses a free number and writes it down: two never fight for one."""
    read, write = os.pipe()
    server = Process(name, ["Xvfb", "-displayfd", write, "-screen", "0", "%dx%dx24" % size, "-noreset", "-nolisten", "tcp",
                            *options], processes.logs / f"{name}.log")
    server.start(pass_fds=[write])
    processes.all.append(server)
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    if not number:
        raise Failed(f"Xvfb did not start:\n{server.tail()}")
    return server, f":{number}"


def main() -> int:
    width, height, *command = sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="feldsher-") as logs:
        server = None
        try:
            server, display = start_xvfb(Processes(pathlib.Path(logs)), "xvfb", (int(width), int(height)))
            return subprocess.run(command, env={**os.environ, "DISPLAY": display}).returncode
        except KeyboardInterrupt:
            return 130
        except (Failed, OSError) as fault:
            print(fault, file=sys.stderr)
            return 1
        finally:
            if server is not None:
                server.stop()


if __name__ == "__main__":
    sys.exit(main())
