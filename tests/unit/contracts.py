#!/usr/bin/env python3
"""Every message, enum, field and enum value of the contracts has a comment: they are the protocol's manual."""
import re
import sys

import source_tree

NAMED = re.compile(r"^\s*(?:(?:repeated|optional)\s+)?(?:map<[^>]+>|[\w.]+)\s+(\w+)\s*=\s*(?:0x[0-9a-fA-F]+|\d+)\s*(?:\[[^\]]*\])?\s*;(.*)$")
VALUE = re.compile(r"^\s*([A-Z][A-Z0-9_]*)\s*=\s*-?\d+\s*(?:\[[^\]]*\])?\s*;(.*)$")
BLOCK = re.compile(r"^\s*(message|enum)\s+(\w+)\s*\{(.*)$")


def check(root):
    complaints = []
    for path, text in source_tree.sources(root, ("protocol",), (".proto",)):
        above = False  # Whether the line before was a comment (or a chain of them).
        for number, line in enumerate(text.splitlines(), start=1):
            is_comment = line.strip().startswith("//")
            block = BLOCK.match(line)
            entry = VALUE.match(line) or NAMED.match(line)
            if block and not above and "//" not in block.group(3):
                complaints.append(f"{path}:{number}: {block.group(1)} {block.group(2)} has no comment")
            elif entry and not above and not re.search(r"//\s*\S", entry.group(2)):
                complaints.append(f"{path}:{number}: {entry.group(1)} has no comment")
            above = is_comment
    return complaints


FILE = 'syntax = "proto3";\n// A thing.\nmessage Thing {\n  bytes id = 1;  // Which.\n  oneof act {\n    Thing other = 2;  // Another.\n  }\n}\n'
GOOD = {"protocol/contracts/a.proto": FILE + "// Kinds.\nenum Kind {\n  // Never valid.\n  KIND_UNSPECIFIED = 0;\n}\n"}
BAD = {
    "a bare field": ("protocol/contracts/b.proto", FILE.replace("  // Which.", "")),
    "an empty comment": ("protocol/contracts/b.proto", FILE.replace("  // Which.", "  //")),
    "a bare message": ("protocol/contracts/b.proto", FILE.replace("// A thing.\n", "\n")),
    "a bare value": ("protocol/contracts/b.proto", FILE + "// Kinds.\nenum Kind {\n  KIND_UNSPECIFIED = 0;\n}\n"),
    "a bare repeated field": ("protocol/contracts/b.proto",
                              FILE.replace("bytes id = 1;  // Which.", "repeated uint32 n = 1 [packed = true];")),
    "a bare member of a oneof": ("protocol/contracts/b.proto", FILE.replace("  // Another.", "")),
    "a bare map": ("protocol/contracts/b.proto", FILE.replace("bytes id = 1;  // Which.", "map<uint32, bytes> m = 1;")),
}

if __name__ == "__main__":
    sys.exit(source_tree.main(check, GOOD, BAD))
