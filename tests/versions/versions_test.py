#!/usr/bin/env python3
"""What every release promised on the wire is still true; and the checker of that finds each way to break it."""
import pathlib
import tempfile
import unittest

import contracts

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


if __name__ == "__main__":
    unittest.main()
