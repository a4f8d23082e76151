#!/usr/bin/env python3
"""The last release against this tree: its agents with this central, then its central with these agents.

Each is a whole demo day with a cut line and killed agents, counted from outside. The release is built once, from its commit,
into build/release-VERSION. Exit 77 when there is no earlier release.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))
MIXED = ("feldsher-edge", "feldsher-central")
SECONDS = 30


class NotHere(Exception):
    """A release that the tree tells of, whose commit this copy of it has not got."""


class Past:
    """What git knows of a tree's releases. images/packages/version.cmake looks for their commits in the same way."""

    def __init__(self, root: pathlib.Path):
        self.root = root

    def git(self, *arguments: str) -> str:
        done = subprocess.run(["git", "-C", self.root, *arguments], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    def commit(self, name: str) -> str:
        return self.git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")

    def versions(self) -> list[str]:
        """Newest first: those that are tagged, and those whose contracts were kept."""
        kept = (self.git("ls-tree", "--name-only", "HEAD", "tests/versions/").splitlines() if self.commit("HEAD")
                else [path.name for path in (self.root / "tests/versions").glob("*")])
        names = [f"v{pathlib.Path(name).stem}" for name in kept if name.endswith(".textproto")] + self.git("tag").splitlines()
        found = {name[1:] for name in names if re.fullmatch(r"v\d+\.\d+\.\d+", name)}
        return sorted(found, key=lambda version: [int(part) for part in version.split(".")], reverse=True)

    def release(self, version: str) -> str:
        """Its commit: the tag's, or without a tag, which may not travel with a copy, the one that added its contracts. Throws
        NotHere."""
        if tagged := self.commit(f"v{version}"):
            return tagged
        added = self.git("log", "--diff-filter=A", "--max-count=1", "--format=%H", "--", f"tests/versions/{version}.textproto")
        # A commit that is without its parent here seems to have added everything.
        if not added or not self.commit(f"{added}^"):
            raise NotHere(f"The commit of the release {version} is not in this copy of the tree: git fetch --unshallow, or --tags.")
        return added

    def last(self) -> tuple[str, str] | None:
        """The newest release before HEAD, and its commit; a release has none but the one before itself. Throws NotHere."""
        cut_short = self.git("rev-parse", "--is-shallow-repository") == "true"
        for version in self.versions():
            commit = self.release(version)
            earlier = self.commit("HEAD^") and self.git("merge-base", commit, "HEAD^") == commit
            # Where the past was cut off, a tag that was fetched by itself leads to nothing here.
            if earlier or (cut_short and commit != self.commit("HEAD")):
                return version, commit
        return None


def build(version: str, commit: str, place: pathlib.Path) -> pathlib.Path:
    """The folder of the release's programs; its sources are then in `place`/tree."""
    tree, out = place / "tree", place / "build"
    if not (tree / "CMakeLists.txt").is_file():
        Past(ROOT).git("worktree", "prune")
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--force", "--detach", tree, commit], check=True)
    if not all((out / "bin" / program).is_file() for program in MIXED):
        print(f"Building {version}", flush=True)
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
    try:
        release = Past(ROOT).last()
    except NotHere as fault:
        print(fault)
        return 1
    if not release:
        print("There is no earlier release: nothing to run against.")
        return 77
    version, commit = release
    place = ROOT / f"build/release-{version}"
    released = build(version, commit, place)
    good = [play(f"Agents of {version}, this central", released, "feldsher-edge", ROOT, place),
            play(f"Central of {version}, these agents", released, "feldsher-central", place / "tree", place)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
