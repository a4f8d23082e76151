#!/usr/bin/env python3
"""Each requirement with the tests that prove it, gathered from the tags of the tests."""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
CASE = re.compile(r'(?:TEST_CASE|SCENARIO)\s*\(\s*"((?:\\.|[^"\\])*)"\s*,\s*((?:"[^"]*"\s*)+)\)')
# A Python test names its requirements in its docstring: def test_…(self): """[O1] …""".
PYTHON = re.compile(r'def (test_\w+)\(self[^)]*\)[^:]*:\s*"""((?:\[[A-Z]\d+\])+)')
TAG = re.compile(r"\[([A-Z]\d+)\]")


def requirements() -> dict[str, str]:
    found = {}
    for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition(" ")
        if name:
            found[name] = text
    return found


def proofs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("*")):
        if path.suffix == ".cpp":
            cases = CASE.findall(path.read_text(encoding="utf-8"))
        elif path.suffix == ".py":
            cases = [(name[5:].replace("_", " "), tags) for name, tags in PYTHON.findall(path.read_text(encoding="utf-8"))]
        else:
            continue
        for title, tags in cases:
            for name in dict.fromkeys(TAG.findall(tags)):
                found.setdefault(name, []).append(f"{path.relative_to(TESTS.parent)}: {title}")
    return found


def main() -> int:
    known, proved = requirements(), proofs()
    wanted = sys.argv[1:] or list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"There is no requirement {', '.join(unknown)}.", file=sys.stderr)
        return 2
    for name in wanted:
        print(f"{name:4} {known[name]}")
        for proof in proved.get(name, ()):
            print(f"       {proof}")
        if name not in proved:
            print("       no test yet")
    with_tests = sum(name in proved for name in wanted)
    print(f"{with_tests} of {len(wanted)} requirements have tests")
    for name in sorted(proved.keys() - known.keys()):
        print(f"A test names {name}, which is no requirement: {proved[name][0]}")
    return 1 if proved.keys() - known.keys() else 0


if __name__ == "__main__":
    sys.exit(main())
