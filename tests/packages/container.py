"""A bare Debian 12 in a folder, and the same with its own systemd running (systemd-nspawn). Needs root."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

MIRROR = "http://deb.debian.org/debian"
TOOLS = ("debootstrap", "systemd-nspawn", "nsenter", "unshare", "lintian", "cpack")


def missing() -> str:
    """Why there can be no container here; empty when there can."""
    if os.geteuid() != 0:
        return "it needs root, for debootstrap and systemd-nspawn"
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"not installed: {' '.join(absent)}" if absent else ""


def run(command: list, **options) -> str:
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def nspawn(root: pathlib.Path, *arguments) -> list[str]:
    """In a mount namespace of its own, because systemd-nspawn wants /run to be a tmpfs and not the machine's."""
    command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "-D", root, *arguments]
    return ["unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs /run && mkdir /run/systemd && exec "$@"', "sh",
            *map(str, command)]


def first_in_its_own(parent: int) -> int | None:
    """The child that is process 1 of a namespace of its own; before it systemd-nspawn has another one for a moment."""
    children = pathlib.Path(f"/proc/{parent}/task/{parent}/children")
    for child in children.read_text().split() if children.is_file() else []:
        status = pathlib.Path(f"/proc/{child}/status")
        numbers = re.search(r"(?m)^NSpid:\s+(.+)$", status.read_text() if status.is_file() else "")
        if numbers and len(words := numbers.group(1).split()) > 1 and words[-1] == "1":
            return int(child)
    return None


class Container:
    """`folder`/base is made once and kept; `folder`/root is a fresh copy of it each time."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.root, self.archives = folder, folder / "root", folder / "archives"
        self.nspawn: subprocess.Popen | None = None
        self.leader = 0

    def make(self):
        base = self.folder / "base"
        (self.archives / "partial").mkdir(parents=True, exist_ok=True)
        if not (base / "made").is_file():
            shutil.rmtree(base, ignore_errors=True)
            run(["debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus", "bookworm", base, MIRROR])
            (base / "etc/apt/sources.list.d/backports.list").write_text(f"deb {MIRROR} bookworm-backports main\n")
            (base / "etc/hosts").write_text("127.0.0.1 localhost central.test\n::1 localhost\n")
            run(nspawn(base, "apt-get", "-qq", "update"))
            (base / "made").touch()
        shutil.rmtree(self.root, ignore_errors=True)
        run(["cp", "-a", base, self.root])

    def offline(self, *command) -> str:
        """Runs a command with the network and without an init, as in a chroot."""
        return run(nspawn(self.root, f"--bind={self.archives}:/var/cache/apt/archives",
                          "--setenv=DEBIAN_FRONTEND=noninteractive", *command))

    def boot(self, *arguments):
        """Starts its systemd. It has no network but its own loopback."""
        self.nspawn = subprocess.Popen(
            nspawn(self.root, "--boot", "--private-network", "--kill-signal=SIGRTMIN+3", *arguments), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self.leader = wait_until("its init runs", lambda: first_in_its_own(self.nspawn.pid))
        wait_until("its systemd has started", lambda: self.says("systemctl is-system-running").strip() in ("running", "degraded"),
                   why=lambda: self.says("systemctl list-jobs --no-pager; systemctl --failed --no-pager"))

    def inside(self, script: str) -> str:
        """Runs a shell script beside its systemd."""
        return run(["nsenter", "-t", self.leader, "-a", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                    "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "sh", "-ec", script])

    def says(self, script: str) -> str:
        """What a script prints, even when it fails."""
        return self.inside(f"({script}) 2>&1 || true")

    def stop(self):
        if self.nspawn and self.nspawn.poll() is None:
            self.nspawn.send_signal(signal.SIGTERM)
            try:
                self.nspawn.wait(60)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait()
        self.nspawn = None


def wait_until(what: str, holds, seconds: float = 90, why=lambda: ""):
    """What `holds` answers, once that is something."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if found := holds():
                return found
        except AssertionError:
            pass
        if time.monotonic() > deadline:
            raise AssertionError(f"{seconds:.0f} s, and not yet: {what}\n{why()}")
        time.sleep(0.2)
