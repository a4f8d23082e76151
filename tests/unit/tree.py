#!/usr/bin/env python3
"""The tree names nothing of the place where it was made, and leaves nothing half done."""
import re
import sys

import source_tree

SKIP = {".git", "build", ".cache", "__pycache__", "corpus"}
TEXT = {"", ".cpp", ".hpp", ".py", ".sh", ".md", ".txt", ".json", ".toml", ".proto", ".cmake", ".conf", ".service", ".po",
        ".yaml", ".in"}
# Written in pieces, so that this file does not complain of itself.
FOREIGN = re.compile("/wo" r"rk/|\bfb" r"uild\b|\bfa" r"rm-[a-z]|/ho" r"me/[a-z]+/|/ro" r"ot/[a-z.]")
UNFINISHED = re.compile(r"\bTO" r"DO\b|\bFIX" r"ME\b|\bXX" r"X\b|not imple" r"mented")


def check(root):
    complaints = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if not path.is_file() or path.suffix not in TEXT or SKIP & set(name.parts) or name.parts[0].startswith("demo-"):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            complaints.append(f"{name}: is not UTF-8")
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if found := FOREIGN.search(line):
                complaints.append(f"{name}:{number}: names something of one machine only ({found.group()})")
            if found := UNFINISHED.search(line):
                complaints.append(f"{name}:{number}: is unfinished ({found.group()})")
    return complaints


GOOD = {"README.md": "./run demo\nworkers, framework/x, a home point\n"}
BAD = {
    "a path of one machine": ("protocol/a.hpp", "// see /wo" "rk/main\n"),
    "a tool of one machine": ("run", "fb" "uild x\n"),
    "somebody's home": ("README.md", "cd /ho" "me/ada/feldsher\n"),
    "unfinished": ("central/a.cpp", "// TO" "DO: later\n"),
}

if __name__ == "__main__":
    sys.exit(source_tree.main(check, GOOD, BAD))
