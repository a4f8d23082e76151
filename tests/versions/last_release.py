#!/usr/bin/env python3
"""The last release against this tree: its agents with this central, then its central with these agents.

Each is a whole demo day with a cut line and killed agents, counted from outside. The release is built once, from its tag,
into build/release-VERSION. Exit 77 when there is no earlier release.
"""
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))
MIXED = ("feldsher-edge", "feldsher-central")
SECONDS = 30


def git(*arguments: str) -> str:
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def last_tag() -> str:
    """The newest release before this commit; a release has none but the one before itself."""
    return git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^")


def build(tag: str, place: pathlib.Path) -> pathlib.Path:
    """The folder of the release's programs; its sources are then in `place`/tree."""
    tree, out = place / "tree", place / "build"
    if not (tree / "CMakeLists.txt").is_file():
        git("worktree", "prune")
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--force", "--detach", tree, tag], check=True)
    if not all((out / "bin" / program).is_file() for program in MIXED):
        print(f"Building {tag}", flush=True)
        subprocess.run(["cmake", "-S", tree, "-B", out, "-G", "Ninja", "-DCMAKE_CXX_FLAGS=-O2", "-DFELDSHER_KIOSK=OFF"],
                       check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["ninja", "-C", out, *MIXED], check=True, stdout=subprocess.DEVNULL)
    return out / "bin"


def play(title: str, released: pathlib.Path, old: str, demo: pathlib.Path, place: pathlib.Path) -> bool:
    """A day of today's programs, but for one; the demo is that of central's version, whose commands it knows."""
    programs, folder = place / f"{old}-of-the-release", place / f"day-{old}"
    for each in (programs, folder):
        shutil.rmtree(each, ignore_errors=True)
    programs.mkdir()
    for program in BIN.glob("feldsher-*"):
        (programs / program.name).symlink_to((released if program.name == old else BIN) / program.name)
    print(title, flush=True)
    return subprocess.run([sys.executable, "-B", "-m", "demo", "--headless", "--seconds", str(SECONDS), "--folder", folder],
                          env={**os.environ, "FELDSHER_BIN": str(programs), "PYTHONPATH": str(demo / "tests/support")},
                          cwd=place).returncode == 0


def main() -> int:
    tag = last_tag()
    if not tag:
        print("There is no earlier release: nothing to run against.")
        return 77
    place = ROOT / f"build/release-{tag[1:]}"
    released = build(tag, place)
    good = [play(f"Agents of {tag}, this central", released, "feldsher-edge", ROOT, place),
            play(f"Central of {tag}, these agents", released, "feldsher-central", place / "tree", place)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
