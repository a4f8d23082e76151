#!/usr/bin/env python3
"""What `./run` does before anything is built: it asks before it uses sudo, and says nothing when all is there."""
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETUP = ROOT / "tests/support/setup.sh"
QUESTION = "Install them with sudo apt-get? [y/N] "

# Each notes that it was called. What apt-get installs is there afterwards.
STUBS = {
    "dpkg-query": 'cat "$HERE/installed"',
    "id": 'echo "$FAKE_UID"',
    "sudo": 'echo "sudo $*" >>"$HERE/calls"; exec "$@"',
    "tee": 'echo "tee $*" >>"$HERE/calls"; cat >/dev/null',
    "apt-get": '''
        if [ "$1" = indextargets ]; then echo "$SOURCES"; exit; fi
        echo "apt-get $*" >>"$HERE/calls"
        case " $* " in *" install "*) ;; *) exit ;; esac
        [ -z "${APT_FAILS:-}" ] || exit 100
        version=1; while [ "$1" != install ]; do shift; done; shift
        while [ $# -gt 0 ]; do
          case "$1" in
            -t) version=1~bpo12+1; shift ;;
            -*) ;;
            *) sed -i "/^$1 /d" "$HERE/installed"; echo "$1 installed $version" >>"$HERE/installed" ;;
          esac
          shift
        done''',
}


def wanted(deep: bool = False, bench: bool = False) -> list[str]:
    lists = ["debian-packages.txt"] + ["debian-packages-deep.txt"] * deep + ["debian-packages-bench.txt"] * bench
    lines = [line for name in lists for line in (ROOT / "images" / name).read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@unittest.skipUnless("VERSION_CODENAME=bookworm" in pathlib.Path("/etc/os-release").read_text(encoding="utf-8"),
                     "elsewhere it refuses before it asks")
class SetupTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="feldsher-")
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        for name, text in STUBS.items():
            stub = self.folder / name
            stub.write_text(f"#!/bin/bash\n{text}\n", encoding="utf-8")
            stub.chmod(0o755)
        self.calls = self.folder / "calls"
        self.calls.touch()
        self.environment = {**os.environ, "PATH": f"{self.folder}:/usr/bin:/bin", "HERE": str(self.folder),
                            "FAKE_UID": "1000", "SOURCES": "bookworm-backports"}
        self.environment.pop("CI", None)
        self.installed(wanted())

    def installed(self, packages: list[str]):
        entries = (package.partition("/") for package in packages)
        lines = (f"{name} installed {'1~bpo12+1' if suite else '1'}\n" for name, _, suite in entries)
        (self.folder / "installed").write_text("".join(lines), encoding="utf-8")

    def run_setup(self, *words: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run([SETUP, *words], env={**self.environment, **environment}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)

    def answer(self, text: str) -> tuple[int, str, str]:
        """At a terminal: exit status, what it said, and what it had called when it asked."""
        ours, theirs = pty.openpty()
        program = subprocess.Popen([SETUP], env=self.environment, stdin=theirs, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        os.close(theirs)
        said = b""
        while not said.endswith(QUESTION.encode()) and (octet := program.stdout.read(1)):
            said += octet
        before = self.calls.read_text(encoding="utf-8")
        os.write(ours, text.encode() + b"\n")
        said += program.stdout.read()
        program.stdout.close()
        os.close(ours)
        return program.wait(60), said.decode(), before

    def test_nothing_is_said_or_asked_when_all_is_there(self):
        for uid in ("0", "1000"):
            done = self.run_setup(FAKE_UID=uid)
            self.assertEqual((0, "", ""), (done.returncode, done.stdout, done.stderr))
        self.assertEqual("", self.calls.read_text(encoding="utf-8"))

    def test_it_asks_before_it_uses_sudo(self):
        self.installed(wanted()[1:])
        status, said, before = self.answer("y")
        self.assertEqual(0, status, said)
        self.assertIn(QUESTION, said)
        self.assertIn(wanted()[0], said[:said.index(QUESTION)])
        self.assertEqual("", before)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get", self.calls.read_text(encoding="utf-8"))
        self.assertEqual("", self.run_setup().stdout)

    def test_no_is_no(self):
        self.installed([])
        for text in ("", "n", "never"):
            status, said, _ = self.answer(text)
            self.assertEqual(1, status)
            self.assertIn("Nothing was installed.", said)
        self.assertEqual("", self.calls.read_text(encoding="utf-8"))

    def test_where_nobody_can_answer_it_says_how_to(self):
        self.installed([])
        done = self.run_setup()
        self.assertEqual(1, done.returncode)
        self.assertIn("--yes", done.stderr)
        self.assertEqual("", self.calls.read_text(encoding="utf-8"))

    def test_yes_answers_for_people_and_for_machines(self):
        for words, environment in ((["--yes"], {}), ([], {"CI": "true"})):
            self.installed([])
            done = self.run_setup(*words, **environment)
            self.assertEqual(0, done.returncode, done.stderr)
            self.assertNotIn(QUESTION, done.stdout + done.stderr)
            self.assertIn("sudo env", self.calls.read_text(encoding="utf-8"))
            self.assertEqual("", self.run_setup().stdout)

    def test_root_needs_neither_question_nor_sudo(self):
        self.installed(wanted(deep=True)[:-1])
        done = self.run_setup("--deep", FAKE_UID="0")
        self.assertEqual(0, done.returncode, done.stderr)
        called = self.calls.read_text(encoding="utf-8")
        self.assertIn(f"install -y --no-install-recommends {wanted(deep=True)[-1]}\n", called)
        self.assertNotIn("sudo", called)

    def test_what_only_the_benchmarks_need_is_installed_for_them_only(self):
        self.assertEqual("", self.run_setup("--yes").stdout)
        done = self.run_setup("--bench", FAKE_UID="0")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("install -y --no-install-recommends nodejs npm nats-server chromium\n", self.calls.read_text(encoding="utf-8"))

    def test_what_another_package_provides_is_there(self):
        self.installed([package for package in wanted(bench=True) if package not in ("nodejs", "npm")])
        with (self.folder / "installed").open("a", encoding="utf-8") as out:
            out.write("nodejs installed 20 nodejs-dev, npm, npm-doc\n")
        self.assertEqual((0, ""), ((done := self.run_setup("--bench")).returncode, done.stdout))

    def test_an_old_version_is_not_the_one_from_backports(self):
        name = next(package for package in wanted() if "/" in package).partition("/")[0]
        self.installed([package.partition("/")[0] if package.startswith(f"{name}/") else package for package in wanted()])
        done = self.run_setup("--yes", SOURCES="bookworm")
        self.assertEqual(0, done.returncode, done.stderr)
        called = self.calls.read_text(encoding="utf-8")
        self.assertIn("sudo tee /etc/apt/sources.list.d/bookworm-backports.list", called)
        self.assertIn(f"-t bookworm-backports {name}\n", called)

    def test_what_cannot_be_installed_is_named_once(self):
        self.installed(wanted()[1:])
        done = self.run_setup("--yes", APT_FAILS="yes")
        self.assertEqual(1, done.returncode)
        self.assertEqual(f"apt-get could not install: {wanted()[0]}", done.stderr.rstrip("\n"))


if __name__ == "__main__":
    unittest.main()
