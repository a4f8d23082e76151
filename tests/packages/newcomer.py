#!/usr/bin/env python3
"""What a newcomer does, timed: a Debian 12 that nobody has touched, a clean copy of this tree, the README's first command.

    newcomer.py [--test] [--folder DIR]    --test: then the README's second command too (an hour and more)

By hand, and before a release: it fetches some 310 MB and builds everything. Needs root, debootstrap and systemd-nspawn.
Exit 77 where there can be no container. $FELDSHER_NEWCOMER, or --folder: where its Debian is made (build/newcomer).
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

import container

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO = ("./run", "demo", "--headless", "--seconds", "30", "--yes")
TEST = ("./run", "test", "--yes")


def copy_tree(to: pathlib.Path):
    """What git would give, as it lies here: no build tree, nothing that is ignored."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, to / name
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def timed(what: str, act) -> float:
    began = time.monotonic()
    print(f"{what} …", flush=True)
    act()
    seconds = time.monotonic() - began
    print(f"  {seconds:.0f} s", flush=True)
    return seconds


class Newcomer:
    def __init__(self, folder: pathlib.Path):
        self.root, self.log = folder / "root", folder / "newcomer.log"

    def make(self):
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_text("")
        container.run(["debootstrap", "--variant=minbase", "bookworm", self.root, container.MIRROR])
        copy_tree(self.root / "srv/feldsher")

    def does(self, *command: str):
        """Shows what the command says, and keeps it. Ends this program when it fails."""
        with self.log.open("a", encoding="utf-8") as log, subprocess.Popen(
                container.nspawn(self.root, "--chdir=/srv/feldsher", *command), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as program:
            for line in program.stdout:
                log.write(line)
                print("   ", line, end="", flush=True)
        if program.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit {program.returncode}; see {self.log}")


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--test", action="store_true", help="then ./run test too")
    words.add_argument("--folder", type=pathlib.Path, default=os.environ.get("FELDSHER_NEWCOMER", ROOT / "build/newcomer"))
    wish = words.parse_args()
    absent = [tool for tool in ("debootstrap", "systemd-nspawn", "unshare") if not shutil.which(tool)]
    if os.geteuid() != 0 or absent:
        print(f"skipped: it needs root and {' '.join(absent) or 'nothing else'}")
        sys.exit(77)
    newcomer = Newcomer(pathlib.Path(wish.folder).resolve())
    timed("A Debian 12 and a clean copy of the tree", newcomer.make)
    first = timed(f"{' '.join(DEMO)}: packages, build, a day of 30 s", lambda: newcomer.does(*DEMO))
    again = timed("The same again", lambda: newcomer.does(*DEMO))
    if wish.test:
        timed(" ".join(TEST), lambda: newcomer.does(*TEST))
    print(f"A newcomer sees the first day end after {first / 60:.1f} minutes, and every other one after {again:.0f} s. "
          f"Log: {newcomer.log}")


if __name__ == "__main__":
    main()
