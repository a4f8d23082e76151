#!/usr/bin/env python3
"""Runs the fuzz targets of a sanitizer build and counts: runs, covered edges, findings.

  fuzz.py BUILD [--seconds N | --runs N] [--only NAME] [--also OTHER]

Each target for so long (60 s), or so many runs, from the seeds in corpus/NAME and from what earlier runs found
(BUILD/corpus, and that of an OTHER build); `--runs 0` runs these once and no others. A finding stays in BUILD/findings, and
the run fails: 1. Two targets at a time.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed

SEEDS = pathlib.Path(__file__).resolve().parent / "corpus"
# Inputs that are chosen by how rare what they reach is, and a look for leaks after each run instead of at the end, take
# four fifths of the time of the targets that keep a world.
OPTIONS = ("-entropic=0", "-detect_leaks=0", "-rss_limit_mb=1024", "-timeout=20", "-print_final_stats=1")
PULSE = re.compile(r"^#(\d+)\t.*?cov: (\d+)")


class Target:
    def __init__(self, program, arguments, also):
        self.program, self.name = program, program.name.removeprefix("fuzz_")
        self.arguments, self.also = arguments, also
        self.runs = self.edges = 0
        self.seconds = 0.0
        self.running = False
        self.failed = False
        self.said = []

    def run(self):
        build = self.program.parent.parent
        corpus, findings = build / "corpus" / self.program.name, build / "findings"
        for folder in (corpus, findings):
            folder.mkdir(parents=True, exist_ok=True)
        seeds = [SEEDS / self.name] + [other / "corpus" / self.program.name for other in self.also]
        seeds = [folder for folder in seeds if folder.is_dir()]
        began, self.running = time.monotonic(), True
        with subprocess.Popen([self.program, *OPTIONS, f"-artifact_prefix={findings}/{self.name}-", *self.arguments,
                               corpus, *seeds],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace") as process:
            for line in process.stderr:
                if match := PULSE.match(line):
                    self.runs, self.edges = int(match[1]), int(match[2])
                elif line.startswith("stat::number_of_executed_units:"):
                    self.runs = int(line.split()[-1])
                else:
                    self.said = self.said[-60:] + [line.rstrip()]
        self.failed, self.running = process.returncode != 0, False
        self.seconds = time.monotonic() - began
        return self

    def row(self):
        return (f"{self.name:16} {self.runs:>12,} {self.runs / max(self.seconds, 0.01):>9,.0f} {self.edges:>7,} "
                f"{self.seconds:>8.0f}  {'FOUND' if self.failed else '0'}")


def tell(targets, over):
    while not over.wait(30):
        now = ", ".join(f"{each.name} {each.runs:,}" for each in targets if each.running)
        print(f"  … {now}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--seconds", type=int, default=60)
    much.add_argument("--runs", type=int)
    parser.add_argument("--only", metavar="NAME")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--also", metavar="OTHER", type=pathlib.Path, action="append", default=[])
    options = parser.parse_args()
    arguments = [f"-runs={options.runs}"] if options.runs is not None else [f"-max_total_time={options.seconds}"]
    targets = [Target(program, arguments, options.also) for program in sorted((options.build / "bin").glob("fuzz_*"))
               if options.only in (None, program.name.removeprefix("fuzz_"))]
    if not targets:
        parser.error("there is no such target")
    print(f"{'target':16} {'runs':>12} {'a second':>9} {'edges':>7} {'seconds':>8}  findings", flush=True)
    over = threading.Event()
    threading.Thread(target=tell, args=(targets, over), daemon=True).start()
    with ThreadPoolExecutor(options.jobs) as pool:
        for done in as_completed(pool.submit(each.run) for each in targets):
            print(done.result().row(), flush=True)
    over.set()
    found = [each for each in targets if each.failed]
    for each in found:
        print(f"\n{each.name}:", *each.said, sep="\n  ")
    print(f"{sum(each.runs for each in targets):,} runs of {len(targets)} targets, {len(found)} with a finding")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
