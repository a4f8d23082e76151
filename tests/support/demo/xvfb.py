"""A display that nobody sees."""
import os

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
