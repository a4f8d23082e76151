#!/usr/bin/env python3
"""Keeps today's contracts as those of a release: from then on they can only grow.

    tests/versions/release.py VERSION      writes tests/versions/VERSION.textproto; run it right before `git tag vVERSION`
"""
import re
import sys

import contracts


def main() -> int:
    if len(sys.argv) != 2 or not re.fullmatch(r"\d+\.\d+\.\d+", sys.argv[1]):
        print(__doc__, file=sys.stderr)
        return 2
    version, to = sys.argv[1], contracts.HERE / f"{sys.argv[1]}.textproto"
    project = re.search(r"project\(feldsher VERSION (\S+)", (contracts.ROOT / "CMakeLists.txt").read_text()).group(1)
    today = contracts.today()
    complaints = [f"{to.name} is there already: a release does not change"] if to.exists() else []
    if version != project:
        complaints.append(f"CMakeLists.txt says that this is {project}")
    if f"feldsher ({version})" not in (contracts.ROOT / "images/packages/changelog").read_text(encoding="utf-8"):
        complaints.append(f"images/packages/changelog does not tell of {version}")
    for before, path in contracts.releases().items():
        complaints += [f"since {before}: {each}" for each in contracts.broken(contracts.read(path), today)]
    if complaints:
        print(*complaints, sep="\n", file=sys.stderr)
        return 1
    to.write_text(contracts.as_text(today), encoding="utf-8")
    print(f"Wrote {to.relative_to(contracts.ROOT)}. Commit it, then: git tag -a v{version} -m 'Feldsher {version}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
