#!/usr/bin/env python3
"""Each requirement with the tests that prove it, gathered from the tags of the tests.

    requirements.py [ID…]

Exit: 0; 1 a tag names what is no requirement; 2 the command line does.
"""
import pathlib
import re
import signal
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent
TAGS = r"(?:\[[A-Z]\d+\])+"
LITERALS = r'((?:"(?:\\.|[^"\\])*"\s*)+)'
# TEST_CASE, TEMPLATE_TEST_CASE, SCENARIO, and STORE_TEST, which runs one case on each kind of store.
MACRO = re.compile(r"^\w*(?:TEST_CASE|SCENARIO|STORE_TEST)\w*\s*\(", re.MULTILINE)
CASE = re.compile(MACRO.pattern + r"\s*" + LITERALS + rf"(?:,\s*{LITERALS})?[,)]", re.MULTILINE)
# A test in Python names its requirements in its docstring: def test_…(self): """[O1] …""". So does the demo.
PYTHON = re.compile(rf'def (\w+)\([^)]*\)[^:\n]*:\s*"""({TAGS})([^"\n]*)')
# And a run of the simulation in what its header promises: /// [N10] …
PROMISE = re.compile(rf"^/// ({TAGS}) ((?:.|\n(?=/// \S))*)", re.MULTILINE)
TAG = re.compile(r"\[([A-Z]\d+)\]")


def requirements() -> dict[str, str]:
    found = {}
    for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition(" ")
        if name:
            found[name] = text
    return found


def words(literals: str) -> str:
    """What neighbouring literals of C++ say together."""
    return "".join(re.findall(r'"((?:\\.|[^"\\])*)"', literals)).replace('\\"', '"').replace("\\\\", "\\")


def cpp_cases(text: str) -> list[tuple[str, str]]:
    return [(words(title), tags) for title, tags in CASE.findall(text)]


def promises(text: str) -> list[tuple[str, str]]:
    return [(" ".join(promise.replace("\n///", " ").split()), tags) for tags, promise in PROMISE.findall(text)]


def python_cases(text: str) -> list[tuple[str, str]]:
    return [(name[5:].replace("_", " ") if name.startswith("test_") else said.strip(), tags)
            for name, tags, said in PYTHON.findall(text)]


READERS = {".cpp": cpp_cases, ".hpp": promises, ".py": python_cases}


def proofs() -> dict[str, dict[str, list[str]]]:
    """By requirement and file, the titles of the tests."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(TESTS.rglob("*")):
        if path.suffix not in READERS or path == pathlib.Path(__file__).resolve():
            continue
        for title, tags in READERS[path.suffix](path.read_text(encoding="utf-8")):
            for name in dict.fromkeys(TAG.findall(tags)):
                found.setdefault(name, {}).setdefault(str(path.relative_to(TESTS.parent)), []).append(title)
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
        for file, titles in proved.get(name, {}).items():
            print(f"       {file}")
            for title in titles:
                print(f"         {title}")
        if name not in proved:
            print("       no test yet")
    with_tests = sum(name in proved for name in wanted)
    print(f"{with_tests} of {len(wanted)} requirements have tests")
    strangers = sorted(proved.keys() - known.keys())
    for name in strangers:
        file, titles = next(iter(proved[name].items()))
        print(f"A test names {name}, which is no requirement: {file}: {titles[0]}")
    return 1 if strangers else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `./run requirements | head` is no fault.
    sys.exit(main())
