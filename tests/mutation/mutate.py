#!/usr/bin/python3
"""Breaks one place of the folders that every promise rests on (tests/support/promises.py) at a time: does a test notice?

  mutate.py BUILD [--folder F]… [--seed S] [--count N] [--seconds N] [--jobs N] [--list FILE] [--again FILE]

A mutant is one source file with one change: another comparison, `&&` for `||`, `+` for `-`, a number more, a statement
left out, a condition turned round, another value returned. It is compiled by itself, without optimisation, and stands
before the libraries when the tests of its folder are linked again; neither the tree nor BUILD is changed. It is killed
when a test fails, crashes or takes ten times as long as without it. Which mutants are tried follows from the seed.

Not mutated: headers (they hold few decisions), texts, and reserve(), which changes no behaviour.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from promises import TESTS  # noqa: E402

LITERAL_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)
SWAPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "+": "-", "-": "+",
           "+=": "-=", "-=": "+=", "*": "/", "/": "*", "%": "*", "<<": ">>", ">>": "<<", "&": "|", "|": "&"}
# clang-format sets blanks round binary operators, and round nothing else that looks like one.
BINARY = re.compile(r"(?<= )(<=|>=|==|!=|&&|\|\||\+=|-=|<<|>>|[-+*/%<>&|])(?=[ \n])")
STEP = re.compile(r"\+\+|--")
NUMBER = re.compile(r"(?<![\w.\"'])\d[\d']*(?![\w.'])")
IF = re.compile(r"\bif \(")
RETURNED = re.compile(r"\breturn ([^;{}]+);")
# One whole statement on a line: a call, an assignment, a jump; declarations and definitions are none.
STATEMENT = re.compile(r"(?m)^ +((?!return |case |using |const |auto |throw |static |delete |std::\w+<)"
                       r"[*\w:.>()\[\]-]+(?: [-+|&]?= [^;\n]+|\([^;\n]*\)[\w.()>-]*)?;)$")

Mutant = collections.namedtuple("Mutant", "folder path line change start end text")


def mutants_of(folder: str, path: pathlib.Path) -> list:
    """Every place of a file that can be changed, and to what."""
    source = path.read_text(encoding="utf-8")
    # Literals and comments blanked, so that places stay the same.
    code = LITERAL_OR_COMMENT.sub(lambda found: re.sub(r"[^\n]", "_", found.group()), source)
    code = re.sub(r"(?m)^#.*$", lambda found: " " * len(found.group()), code)
    lines = code.split("\n")
    found = []

    def add(start: int, end: int, text: str):
        line = code.count("\n", 0, start) + 1
        if ".reserve(" in lines[line - 1]:
            return
        was = source[start:end]
        found.append(Mutant(folder, path, line, " ".join(f"{was} → {text}".split()), start, end, text))

    for at in BINARY.finditer(code):
        if at.group() in "&*" and code[at.end():at.end() + 1] != " ":
            continue
        add(*at.span(), SWAPPED[at.group()])
    for at in STEP.finditer(code):
        add(*at.span(), "--" if at.group() == "++" else "++")
    for at in NUMBER.finditer(code):
        value = int(at.group().replace("'", ""))
        add(*at.span(), str(value + 1))
    for at in IF.finditer(code):
        span = condition(code, at.end())
        # One comparison that is turned round is another comparison.
        if span and (re.search(r"&&|\|\|", code[slice(*span)]) or not re.search(r" [!=]= ", code[slice(*span)])):
            add(*span, f"!({source[slice(*span)]})")
    for at in RETURNED.finditer(code):
        value = source[slice(*at.span(1))]
        if value.startswith(("std::nullopt", "*")):
            continue
        add(*at.span(1), {"true": "false", "false": "true"}.get(value, "{}"))
    for at in STATEMENT.finditer(code):
        add(*at.span(1), ";")
    return found


def condition(code: str, start: int):
    """Where the condition of an `if` stands whose parenthesis opened before `start`; nothing for a declaration."""
    depth, begin = 1, start
    for at in range(start, len(code)):
        if code[at] in "([{":
            depth += 1
        elif code[at] in ")]}":
            depth -= 1
        elif code[at] == ";" and depth == 1:
            begin = at + 1
        if depth == 0:
            text = code[begin:at].strip()
            return None if re.match(r"(const )?(auto|[\w:]+[*&]?) [*&]?\w+ = ", text) else (begin, at)
    return None


class Builder:
    """Compiles a mutant and links it into a test, with the commands that BUILD was made with."""

    def __init__(self, build: pathlib.Path, folder: pathlib.Path):
        self.build, self.folder = build, folder
        self.lock, self.precompiled = threading.Lock(), {}
        entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        self.compiles = {entry["file"]: entry for entry in entries}
        self.links = {}

    def command(self, path: pathlib.Path, source: pathlib.Path, target: pathlib.Path, *more: str) -> int:
        entry = self.compiles[str(path)]
        words = [word for word in shlex.split(entry["command"]) if not word.endswith("ccache")]
        for flag in ("-o", "-c"):
            at = words.index(flag)
            del words[at:at + 2]
        words += ["-O0", "-g0", "-w", *more, "-c", str(source), "-o", str(target)]
        return subprocess.run(words, cwd=entry["directory"], capture_output=True).returncode

    def headers(self, path: pathlib.Path) -> str:
        """What a file includes, compiled once: most of the time of a mutant would go there."""
        with self.lock:
            if path not in self.precompiled:
                header = self.folder / f"{path.parent.name}-{path.name}.hpp"
                header.write_text("".join(line + "\n" for line in path.read_text(encoding="utf-8").splitlines()
                                          if line.startswith(("#include", "#define"))), encoding="utf-8")
                if self.command(path, header, pathlib.Path(f"{header}.gch"), "-x", "c++-header") != 0:
                    sys.exit(f"{path.name} does not compile without any mutant")
                self.precompiled[path] = str(header)
            return self.precompiled[path]

    def compile(self, path: pathlib.Path, source: str, into: pathlib.Path) -> bool:
        mutated = into / path.name
        mutated.write_text(source, encoding="utf-8")
        return self.command(path, mutated, into / "mutant.o", "-include", self.headers(path)) == 0

    def link(self, test: str, into: pathlib.Path):
        """The program with the mutant; nothing where it has no such file and cannot have it."""
        if test not in self.links:
            said = subprocess.run(["ninja", "-t", "commands", test], cwd=self.build, capture_output=True, text=True,
                                  check=True).stdout
            command = next(line for line in said.splitlines() if f" -o bin/{test} " in line)
            self.links[test] = shlex.split(command.split(" && ")[1])
        words = list(self.links[test])
        words[words.index("-o") + 1] = str(into / test)
        words.insert(next(n for n, word in enumerate(words) if word.endswith(".o")), str(into / "mutant.o"))
        linked = subprocess.run(words, cwd=self.build, capture_output=True).returncode == 0
        return into / test if linked else None


class Trial:
    def __init__(self, builder: Builder, folders: list):
        self.builder = builder
        self.patience = {}
        with tempfile.TemporaryDirectory(prefix="feldsher-mutation-", dir=memory()) as folder:
            for test, what in {entry for name in folders for entry in TESTS[name]}:
                started = time.monotonic()
                if not self.passes(builder.build / "bin" / test, what, pathlib.Path(folder), 600):
                    sys.exit(f"{test} fails without any mutant")
                self.patience[test] = 5 + 10 * (time.monotonic() - started)

    @staticmethod
    def passes(program: pathlib.Path, what: str, folder: pathlib.Path, patience: float) -> bool:
        environment = {**os.environ, "TMPDIR": str(folder), "RC_PARAMS": "seed=1 noshrink=1"}
        try:
            return subprocess.run([program, what, "--abort", "--rng-seed", "1"], cwd=folder, env=environment, timeout=patience,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def outcome(self, mutant: Mutant) -> str:
        source = mutant.path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="feldsher-mutation-", dir=memory()) as name:
            folder = pathlib.Path(name)
            if not self.builder.compile(mutant.path, source[:mutant.start] + mutant.text + source[mutant.end:], folder):
                return "not compiled"
            programs = [(self.builder.link(test, folder), test, what) for test, what in TESTS[mutant.folder]]
            if not programs[0][0]:
                sys.exit(f"{mutant.path.name} does not link into {TESTS[mutant.folder][0][0]}")
            for program, test, what in programs:
                if program and not self.passes(program, what, folder, self.patience[test]):
                    return "killed"
        return "survived"


def outcomes(trial: Trial, mutants: list, count: float, jobs: int, end: float):
    """(mutant, what became of it) until `count` of them could be tried, or the time is over."""
    tried, ahead, running = 0, iter(mutants), {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        while True:
            while len(running) < jobs and tried + len(running) < count and time.monotonic() < end:
                mutant = next(ahead, None)
                if mutant is None:
                    break
                running[pool.submit(trial.outcome, mutant)] = mutant
            if not running:
                return
            for future in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                outcome = future.result()
                tried += outcome != "not compiled"
                yield running.pop(future), outcome


def told(mutant: Mutant) -> str:
    return f"{mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.change}"


def memory():
    """Mutants write and sync much that nobody needs."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--folder", action="append", choices=TESTS, help="only this folder; may be repeated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=float, help="mutants a folder (60; with --seconds as many as there is time for)")
    parser.add_argument("--seconds", type=float, help="about so long, the same for each folder")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--floor", type=float, default=0, metavar="PERCENT", help="exit 1 when fewer are killed")
    parser.add_argument("--list", type=pathlib.Path, metavar="FILE", help="write the survivors here too")
    parser.add_argument("--again", type=pathlib.Path, metavar="FILE", help="only mutants of such a list: did they die meanwhile?")
    chosen = parser.parse_args()
    folders = chosen.folder or list(TESTS)
    started, seconds = time.monotonic(), chosen.seconds or float("inf")
    count = chosen.count or (float("inf") if chosen.seconds else 60)
    keeps = tempfile.TemporaryDirectory(prefix="feldsher-mutation-", dir=memory())
    trial = Trial(Builder(chosen.build.resolve(), pathlib.Path(keeps.name)), folders)

    survivors, low = [], []
    all_killed = all_tried = 0
    wanted = chosen.again.read_text(encoding="utf-8").splitlines() if chosen.again else None
    print(f"seed {chosen.seed}\n{'protocol/':10}{'places':>8}{'tried':>7}{'killed':>8}{'survived':>10}")
    for folder in folders:
        places = [mutant for path in sorted((ROOT / "protocol" / folder).glob("*.cpp")) if path.name != "main.cpp"
                  for mutant in mutants_of(folder, path)]
        random.Random(f"{chosen.seed} {folder}").shuffle(places)
        tries = [mutant for mutant in places if wanted is None or told(mutant) in wanted]
        counts = collections.Counter()
        now = time.monotonic()
        end = now + (started + seconds - now) / (len(folders) - folders.index(folder))
        for mutant, outcome in outcomes(trial, tries, count, chosen.jobs, end):
            counts[outcome] += 1
            if outcome == "survived":
                survivors.append(told(mutant))
        tried = counts["killed"] + counts["survived"]
        score = 100 * counts["killed"] / tried if tried else 0
        all_killed, all_tried = all_killed + counts["killed"], all_tried + tried
        print(f"{folder:10}{len(places):8}{tried:7}{counts['killed']:8}{counts['survived']:10}{score:7.1f} %"
              f"   ({counts['not compiled']} did not compile)", flush=True)
        if score < chosen.floor:
            low.append(folder)
    if chosen.list:
        chosen.list.write_text("".join(one + "\n" for one in survivors), encoding="utf-8")
    print(*survivors, sep="\n")
    print(f"{all_killed} of {all_tried} killed in {time.monotonic() - started:.0f} s")
    if low:
        print(f"Fewer than {chosen.floor:g} % killed: {', '.join(low)}")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
