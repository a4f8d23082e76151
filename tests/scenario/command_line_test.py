#!/usr/bin/env python3
"""All programs have the same habits: 0 done, 1 it could not be done, 2 the command line is wrong."""
import pathlib
import re
import subprocess

import scenario  # First: it makes tests/support importable.
from demo import programs

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOWHERE = "/nonexistent/feldsher"
# Program, its commands, what prints its default configuration, what cannot be done.
PROGRAMS = [
    ("central", True, [["--print-default-config"]],
     [["serve", "--config", NOWHERE], ["points", "--config", NOWHERE], ["tasks", "--config", NOWHERE],
      ["load", "--dir", NOWHERE, NOWHERE], ["token", "--dir", NOWHERE]]),
    ("edge", True, [["--print-default-config"]],
     [["serve", "--config", NOWHERE], ["status", "--config", NOWHERE], ["trim", "--config", NOWHERE]]),
    ("kiosk", False, [["--print-default-config"]], [["--config", NOWHERE]]),
    ("virtual", True, [["day", "--print-default-config"], ["wearables", "--print-default-config"]],
     [["day", "--config", NOWHERE], ["wearables", "--config", NOWHERE]]),
    ("journal", True, [], []),  # Without a configuration; a folder that cannot be looked at is no verdict: 3.
    ("simulate", False, [], []),
]


# Where people read of commands, and how one is named: `feldsher-edge status`, "feldsher-edge status", or a line of a manual.
FOLDERS = ("central", "devices", "edge-agent", "images", "kiosk", "protocol", "tests/support")
NAMING = ["README.md", "ARCHITECTURE.md", "images/**/*.toml", "images/**/*.service"]
NAMING += [f"{folder}/**/{files}" for folder in FOLDERS for files in ("README*", "*.cpp")]
NAMED = re.compile(r"(?:^|[`\"&(:]|-- )\s*feldsher-([a-z]+) ([a-z][a-z-]+)", re.MULTILINE)


def commands(program: str) -> set[str]:
    """What the help lists under "Subcommands", at two blanks, or shows with the program's name: "NAME one|other"."""
    shown = run(program, "--help").stdout
    listed = re.findall(r"(?m)^  ([a-z][a-z-]*) ", shown.partition("\nSubcommands:\n")[2])
    return {each for words in listed + re.findall(rf"  feldsher-{program} ([a-z][a-z|-]*)", shown) for each in words.split("|")}


def here(program: str) -> bool:
    return (programs.BIN / f"feldsher-{program}").is_file()


def run(program: str, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([programs.BIN / f"feldsher-{program}", *words], capture_output=True, text=True, timeout=60)


class CommandLineTest(scenario.unittest.TestCase):
    """The habits of each program: no network is needed."""

    def each(self):
        for row in PROGRAMS:
            if here(row[0]):
                yield row

    def test_help_and_version_are_answers(self):
        """[O6] On the output, with exit 0; a version names its program."""
        for program, *_ in self.each():
            with self.subTest(program=program):
                helped = run(program, "--help")
                self.assertEqual((0, ""), (helped.returncode, helped.stderr))
                self.assertIn("Exit: 0 ", helped.stdout)
                version = run(program, "--version")
                self.assertEqual((0, ""), (version.returncode, version.stderr))
                self.assertRegex(version.stdout, rf"^feldsher-{program} \d+\.\d+\.\d+\n$")

    def test_the_default_configuration_is_printed_and_commented(self):
        """[O6]"""
        for program, _, prints, _ in self.each():
            for words in prints:
                with self.subTest(program=program, words=words):
                    done = run(program, *words)
                    self.assertEqual((0, ""), (done.returncode, done.stderr))
                    self.assertIn("#", done.stdout)
                    self.assertRegex(done.stdout, r"(?m)^\w+ = ")

    def test_a_wrong_command_line_is_2_and_says_so_on_the_error_output(self):
        """[O6]"""
        for program, has_commands, *_ in self.each():
            wrongs = [["--no-such-option"]]
            if has_commands:
                wrongs += [[], ["no-such-command"]]
            for words in wrongs:
                with self.subTest(program=program, words=words):
                    done = run(program, *words)
                    self.assertEqual(2, done.returncode, done.stderr)
                    self.assertNotEqual("", done.stderr)
                    self.assertEqual("", done.stdout)
        if here("kiosk"):
            self.assertEqual(2, run("kiosk").returncode)

    def test_what_cannot_be_done_is_1_and_one_line(self):
        """[O6]"""
        for program, _, _, impossible in self.each():
            for words in impossible:
                with self.subTest(program=program, words=words):
                    done = run(program, *words)
                    self.assertEqual(1, done.returncode, done.stderr)
                    self.assertRegex(done.stderr, rf"^feldsher-{program}: .+\n$")
        self.assertEqual(3, run("journal", "verify", NOWHERE).returncode)

    def test_every_command_that_is_named_exists(self):
        """[O6] In the manuals of folders, default configurations, helps and messages: what people are sent to is there."""
        known = {program: commands(program) for program, has_commands, *_ in self.each() if has_commands}
        texts = {path: path.read_text(encoding="utf-8") for pattern in NAMING for path in ROOT.glob(pattern)}
        texts |= {f"the configuration of {program}": run(program, *words).stdout
                  for program, _, prints, _ in self.each() for words in prints}
        named = [(where, program, command) for where, text in texts.items() for program, command in NAMED.findall(text)]
        for program in known:
            for words in [()] + [(command,) for command in known[program]]:
                # Of itself a program speaks without its name: "as `status` shows it".
                shown = run(program, *words, "--help").stdout
                named += [(f"feldsher-{program} {words} --help", program, command) for command in re.findall(r"`(?!feldsher-)([a-z][a-z-]+)[` ]", shown)]
                named += [(f"feldsher-{program} {words} --help", *each) for each in NAMED.findall(shown)]
        self.assertGreater(len(named), 50)
        for where, program, command in named:
            if program in known:
                self.assertIn(command, known[program], f"{where} names feldsher-{program} {command}")


if __name__ == "__main__":
    scenario.main()
