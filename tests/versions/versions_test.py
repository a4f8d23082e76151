#!/usr/bin/env python3
"""What every release promised on the wire is still true; and the checker of that finds each way to break it. A release is found
with its tag and without."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import contracts
import last_release

OLD = """syntax = "proto3";
package t;
enum Kind { KIND_UNSPECIFIED = 0; GOOD = 1; BAD = 2; reserved 7, 9 to 11; reserved "UGLY"; }
message Part { bytes id = 1; }
message Loose { bytes id = 2; }
message Whole {
  string name = 1;
  repeated uint32 counts = 2;
  Part part = 3;
  Kind kind = 4;
  oneof act { Part start = 5; Part stop = 6; }
  optional int64 at = 7;
  message Inner { bool on = 1; }
  Inner inner = 8;
  map<string, Part> parts = 9;
  reserved 20, 30 to 39;
  reserved "gone";
}
"""
# What to replace, by what, and what must be said of it.
BREAKS = {
    "a field that goes": ("  Part part = 3;\n", "", "t.Whole.part = 3 is gone"),
    "a field that goes and is reserved": ("  Part part = 3;\n", "  reserved 3;\n", "t.Whole.part = 3 is gone"),
    "another number": ("Kind kind = 4", "Kind kind = 14", "t.Whole.kind = 4 is gone"),
    "another type": ("string name = 1", "bytes name = 1", "its type was TYPE_STRING"),
    "another message": ("Part part = 3", "Inner part = 3", "its type name was .t.Part"),
    "another label": ("repeated uint32 counts", "uint32 counts", "its label was LABEL_REPEATED"),
    "another name": ("string name = 1", "string title = 1", "its name was name"),
    "another encoding": ("counts = 2", "counts = 2 [packed = false]", "its packed was none"),
    "presence": ("optional int64 at", "int64 at", "its own presence was True"),
    "out of a oneof": ("oneof act { Part start = 5; Part stop = 6; }", "oneof act { Part start = 5; } Part stop = 6;",
                       "its oneof was act"),
    "into a oneof": ("Part part = 3;", "oneof either { Part part = 3; Part whole = 13; }", "has come under the new oneof either"),
    "a nested message": ("message Inner { bool on = 1; }\n  Inner inner = 8;", "Part inner = 8;", "t.Whole.Inner is gone"),
    "a map": ("map<string, Part> parts", "map<uint32, Part> parts", "t.Whole.PartsEntry.key = 1: its type"),
    "a message": ("message Loose {", "message Freed {", "t.Loose is gone"),
    "an enum value": (" BAD = 2;", "", "t.Kind.BAD = 2 is gone"),
    "an enum value's number": ("BAD = 2", "BAD = 3", "its number was 2, and is 3"),
    "a reserved number, used": ("reserved 20, 30 to 39;", "reserved 20, 30 to 34, 36 to 39; Part late = 35;", "35 was reserved"),
    "a reserved name, used": ("reserved \"gone\";", "string gone = 50;", "the name gone was reserved"),
    "a reservation that ends": ("reserved 20, 30 to 39;", "reserved 30 to 39;", "20 to 20 is no longer reserved"),
    "an enum's reserved number": ("reserved 7, 9 to 11;", "reserved 7, 9 to 10; LATE = 11;", "11 was reserved"),
    "an enum's reserved name": ("reserved \"UGLY\";", "UGLY = 50;", "the name UGLY was reserved"),
}
GROWTH = {
    "a field": ("bytes id = 1;", "bytes id = 1; string label = 2;"),
    "a message": ("message Part {", "message More { Part part = 1; }\nmessage Part {"),
    "a member of a oneof": ("Part stop = 6;", "Part stop = 6; Part pause = 16;"),
    "a oneof of new fields": ("bytes id = 1;", "bytes id = 1; oneof either { bool yes = 2; bool no = 3; }"),
    "an enum value": ("BAD = 2;", "BAD = 2; MIDDLING = 3;"),
    "another order": ("  string name = 1;\n  repeated uint32 counts = 2;\n", "  repeated uint32 counts = 2;\n  string name = 1;\n"),
    "a wider reservation": ("reserved 20, 30 to 39;", "reserved 20 to 45;"),
}


def contract(text: str):
    with tempfile.TemporaryDirectory() as place:
        pathlib.Path(place, "t.proto").write_text(text.replace("Inner part = 3", "Whole.Inner part = 3"), encoding="utf-8")
        return contracts.compiled(pathlib.Path(place), pathlib.Path(place))


class CheckerTest(unittest.TestCase):
    def changed(self, before: str, after: str):
        self.assertEqual(1, OLD.count(before), before)
        return contract(OLD.replace(before, after))

    def test_each_way_to_break_a_contract_is_found(self):
        old = contract(OLD)
        for name, (before, after, said) in BREAKS.items():
            with self.subTest(name):
                self.assertIn(said, "\n".join(contracts.broken(old, self.changed(before, after))))

    def test_growth_is_no_break(self):
        old = contract(OLD)
        self.assertEqual([], contracts.broken(old, old))
        for name, (before, after) in GROWTH.items():
            with self.subTest(name):
                self.assertEqual([], contracts.broken(old, self.changed(before, after)))

    def test_a_release_is_read_back_as_it_was_written(self):
        today = contracts.today()
        with tempfile.TemporaryDirectory() as place:
            path = pathlib.Path(place, "1.0.0.textproto")
            path.write_text(contracts.as_text(today), encoding="utf-8")
            self.assertEqual(today, contracts.read(path))
        self.assertIn("feldsher.v1.HeaderCore", contracts.types(today)[0])


class ReleasesTest(unittest.TestCase):
    def test_todays_contracts_hold_all_that_every_release_promised(self):
        today = contracts.today()
        for version, path in contracts.releases().items():
            with self.subTest(version):
                self.assertEqual([], contracts.broken(contracts.read(path), today))


class Tree:
    """A repository of its own, with nothing in it but commits and what tells of releases."""

    def __init__(self, place: pathlib.Path):
        self.root, self.past = place, last_release.Past(place)
        (place / "images/packages").mkdir(parents=True, exist_ok=True)
        shutil.copy(contracts.ROOT / "images/packages/version.cmake", place / "images/packages")

    def git(self, *arguments: str) -> str:
        # Neither who works here nor how their git is set up matters.
        nobody = {f"GIT_{who}_{what}": "nobody@clinic.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        return subprocess.run(["git", "-C", self.root, *arguments], check=True, capture_output=True, text=True,
                              env={**os.environ, **nobody, "GIT_CONFIG_GLOBAL": "/dev/null"}).stdout.strip()

    def commit(self, *files: str) -> str:
        for name in files:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(name, encoding="utf-8")
            self.git("add", name)
        self.git("commit", "-q", "--allow-empty", "-m", "One more")
        return self.git("rev-parse", "HEAD")

    def release(self, version: str) -> str:
        return self.commit(f"tests/versions/{version}.textproto")

    def packed_as(self, version: str) -> str:
        """What a package of this tree is called, whose CMakeLists.txt says `version`."""
        script = self.root / "ask.cmake"
        script.write_text(f"set(CPACK_PACKAGE_VERSION {version})\ninclude(images/packages/version.cmake)\n"
                          "message(${CPACK_DEBIAN_PACKAGE_VERSION})\n", encoding="utf-8")
        asked = {key: value for key, value in os.environ.items() if key != "FELDSHER_PACKAGE_VERSION"}
        done = subprocess.run(["cmake", "-P", script], cwd=self.root, check=True, capture_output=True, text=True, env=asked)
        return (done.stdout + done.stderr).strip().replace(self.git("rev-parse", "--short=8", "HEAD"), "HASH")


class ReleaseCommitTest(unittest.TestCase):
    def tree(self) -> Tree:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        tree = Tree(pathlib.Path(place.name) / "tree")
        tree.git("init", "-q")
        tree.commit("README.md")
        return tree

    def shallow(self, tree: Tree) -> Tree:
        place = tree.root.parent / "shallow"
        subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{tree.root}", place], check=True)
        return Tree(place)

    def test_before_the_first_release_there_is_none(self):
        tree = self.tree()
        self.assertIsNone(tree.past.last())
        self.assertEqual("1.0.0~1.HASH", tree.packed_as("1.0.0"))

    def test_a_release_is_the_commit_that_added_its_contracts(self):
        tree = self.tree()
        first = tree.release("0.9.0")
        self.assertIsNone(tree.past.last(), "a release is not before itself")
        self.assertEqual("0.9.0", tree.packed_as("0.9.0"))
        tree.commit()
        self.assertEqual(("0.9.0", first), tree.past.last())
        self.assertEqual("0.9.0+1.HASH", tree.packed_as("0.9.0"))
        self.assertEqual("0.10.0~3.HASH", tree.packed_as("0.10.0"))
        second = tree.release("0.10.0")
        self.assertEqual(("0.9.0", first), tree.past.last())
        tree.commit("tests/versions/0.9.0.textproto.md")
        self.assertEqual(("0.10.0", second), tree.past.last(), "by number, not by letter")

    def test_a_tag_stands_above_that(self):
        tree = self.tree()
        tree.release("1.0.0")
        tagged = tree.commit()
        tree.git("tag", "v1.0.0")
        tree.git("tag", "v1.0.0-try")
        tree.commit()
        self.assertEqual(("1.0.0", tagged), tree.past.last())
        self.assertEqual("1.0.0+1.HASH", tree.packed_as("1.0.0"))

    def test_a_release_that_is_on_another_branch_is_not_before(self):
        tree = self.tree()
        here = tree.git("rev-parse", "--abbrev-ref", "HEAD")
        tree.git("checkout", "-q", "-b", "elsewhere")
        tree.release("1.0.0")
        tree.git("tag", "v1.0.0")
        tree.git("checkout", "-q", here)
        tree.commit()
        self.assertIsNone(tree.past.last())

    def test_a_release_without_its_commit_is_a_fault_and_not_no_release(self):
        whole = self.tree()
        whole.release("1.0.0")
        newest = whole.commit()
        tree = self.shallow(whole)
        with self.assertRaisesRegex(last_release.NotHere, "release 1.0.0 .*--unshallow"):
            tree.past.last()
        self.assertEqual("1.0.0+0.HASH", tree.packed_as("1.0.0"))
        whole.git("tag", "v1.0.0", f"{newest}^")
        tree.git("fetch", "-q", "--depth", "1", "origin", "tag", "v1.0.0")
        self.assertEqual(("1.0.0", f"{whole.git('rev-parse', 'HEAD^')}"), tree.past.last())
        shutil.rmtree(tree.root / ".git")
        with self.assertRaises(last_release.NotHere):
            tree.past.last()


if __name__ == "__main__":
    unittest.main()
