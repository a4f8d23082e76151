#!/usr/bin/python3
"""How many branches of the folders that every promise rests on (tests/support/promises.py) their own tests take.

  coverage.py BUILD [--folder F]… [--list FILE] [--floor PERCENT]

Runs the programs of BUILD/tests/coverage/bin, each a test linked with the counting objects (CMakeLists.txt beside this
file), and asks llvm-cov. A branch is one way out of a condition in the source: each operand of an `&&` or `||`, each `if`,
`?:` and loop, each case has two. The way out of a call that throws is none: most of those only memory could take. A
condition of a template or of a header counts once, and is taken when it was in one of the places where it was compiled.
main.cpp is not counted: it has no unit test, the scenario tests run it.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from promises import TESTS  # noqa: E402
EXPORT = ["llvm-cov-14", "export", "-skip-expansions"]


def run(programs: list, into: pathlib.Path) -> pathlib.Path:
    """Runs the programs, all counts in one profile."""
    def run_one(program: pathlib.Path):
        return subprocess.run([program], cwd=into, capture_output=True, text=True, timeout=900,
                              env={**os.environ, "LLVM_PROFILE_FILE": str(into / "%p-%m.profraw")})

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for program, outcome in zip(programs, pool.map(run_one, programs)):
            if outcome.returncode != 0:
                sys.exit(f"{outcome.stdout[-3000:]}{outcome.stderr[-1000:]}\n{program.name} failed")
    profile = into / "all.profdata"
    subprocess.run(["llvm-profdata-14", "merge", "-o", profile, *sorted(into.glob("*.profraw"))], check=True)
    return profile


def branches_of(file: dict) -> dict:
    """(line, column, end line, end column) → how often it was true, how often false."""
    found = {}
    for branch in file["branches"]:
        true, false = found.get(tuple(branch[:4]), (0, 0))
        found[tuple(branch[:4])] = (true + branch[4], false + branch[5])
    return found


def text_of(lines: list, place: tuple) -> str:
    """The condition as it is written; only its beginning when it goes over the end of a line."""
    line, column, end_line, end_column = place
    return lines[line - 1][column - 1:end_column - 1 if end_line == line else None].strip()


def percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--folder", action="append", choices=TESTS, help="only this folder; may be repeated")
    parser.add_argument("--list", type=pathlib.Path, metavar="FILE", help="write each branch that was never taken here")
    parser.add_argument("--floor", type=float, default=0, metavar="PERCENT", help="exit 1 when a folder has less")
    chosen = parser.parse_args()
    folders = chosen.folder or list(TESTS)
    bin_folder = (chosen.build / "tests/coverage/bin").resolve()
    programs = [bin_folder / f"coverage_{test}" for folder in folders for test, _ in TESTS[folder]]
    with tempfile.TemporaryDirectory(prefix="feldsher-coverage-") as folder:
        profile = run(programs, pathlib.Path(folder))
        said = subprocess.run([*EXPORT, f"-instr-profile={profile}", programs[0]], capture_output=True, text=True,
                              check=True).stdout
    files = {pathlib.Path(file["filename"]): file for file in json.loads(said)["data"][0]["files"]}

    low, never = [], []
    print(f"{'protocol/':10}{'branches':>10}{'taken':>7}{'':>10}{'lines':>8}{'run':>7}")
    for folder in folders:
        branches = taken = lines = run_lines = 0
        for path, file in sorted(files.items()):
            if path.parent != ROOT / "protocol" / folder:
                continue
            text = path.read_text(encoding="utf-8").splitlines()
            lines += file["summary"]["lines"]["count"]
            run_lines += file["summary"]["lines"]["covered"]
            for place, ways in sorted(branches_of(file).items()):
                branches += 2
                taken += sum(count > 0 for count in ways)
                never += [f"{path.relative_to(ROOT)}:{place[0]}: never {way}: {text_of(text, place)}"
                          for way, count in zip(("true", "false"), ways) if count == 0]
        print(f"{folder:10}{branches:10}{taken:7}{percent(taken, branches):8.1f} %{lines:8}{run_lines:7}"
              f"{percent(run_lines, lines):8.1f} %")
        if percent(taken, branches) < chosen.floor:
            low.append(folder)
    if chosen.list:
        chosen.list.write_text("".join(line + "\n" for line in never), encoding="utf-8")
        print(f"Each branch that was never taken: {chosen.list}")
    if low:
        print(f"Less than {chosen.floor:g} % of the branches: {', '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
