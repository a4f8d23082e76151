#!/usr/bin/env python3
"""Domain code and sans-I/O cores read no clock, draw no random number and start no thread.

They are given a time and random octets; that is what lets tests/simulation replay a seed exactly.

And only protocol/log knows the library that writes logs: its fields take no text from outside, so that no patient's data is in a
log, by type.
"""
import re
import sys

import source_tree

PURE = (
    "central/feed", "central/history", "central/node", "central/registry", "central/scheduling", "central/standby",
    "devices/senml", "edge-agent/desk", "edge-agent/ingest", "kiosk/model", "protocol/civil", "protocol/clinic",
    "protocol/journal", "protocol/minutes", "protocol/pass", "protocol/readings", "protocol/record", "protocol/sync",
)
# The journal's core stands beside the one store that is real, which has its thread and its disk.
RIM = re.compile(r"^protocol/journal/(sqlcipher|committer|data_folder|journal_snapshot|journal_commands|main)[a-z_]*\.[ch]pp$")
FORBIDDEN = {
    "std::format": r"std::v?format\b",  # Not in this compiler's library.
    "a clock": r"\b(system_clock|high_resolution_clock|utc_clock|steady_clock\s*::\s*now|gettimeofday|clock_gettime|"
               r"localtime(_r)?|gmtime(_r)?|current_zone|(std\s*::\s*|\b)time\s*\(\s*(nullptr|NULL|0)\s*\))",
    # But for the seam: what declares or calls the random numbers that a core is given.
    "a random number": r"(?<!Random& )(?<!\.)(?<!->)\b(std\s*::\s*)?(rand|srand|random)\s*\(|\brandom_device\b|\bmt19937"
                       r"|uniform_int_distribution|\bRAND_bytes\b|\bgetrandom\b",
    "a thread": r"\bstd\s*::\s*(j?thread\b(?!\s*::\s*id\b)|(async|mutex|shared_mutex|condition_variable)\b)|\bsleep_(for|until)\b",
    "the environment": r"\bgetenv\b",
}
LOGGER = re.compile(r"#\s*include\s*[<\"]spdlog/|\bspdlog\s*::")
THE_LOG = "protocol/log/log.cpp"
# Standard error is the log's; but a command's, which talks with whoever typed it.
STANDARD_ERROR = re.compile(r"\bstd\s*::\s*(cerr|clog)\b|\bstderr\b")
TALKS_WITH_PEOPLE = re.compile(r"^central/command_line|^central/copies/passphrase_seal\.cpp$|(^|/)main\.cpp$")
FORBIDDEN = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}


def check(root):
    complaints = [f"{path}: writes a log past protocol/log" for path, text in source_tree.sources(root) if path != THE_LOG and
                  (LOGGER.search(text) or (not TALKS_WITH_PEOPLE.search(path) and STANDARD_ERROR.search(source_tree.code_only(text))))]
    complaints += source_tree.missing(root, PURE)
    for path, text in [*source_tree.sources(root, PURE), *source_tree.edge_node(root)]:
        if RIM.search(path):
            continue
        code = source_tree.code_only(text)
        for what, pattern in FORBIDDEN.items():
            for found in pattern.finditer(code):
                line = code.count("\n", 0, found.start()) + 1
                complaints.append(f"{path}:{line}: {what} in domain code ({found.group().strip()})")
    return complaints


GOOD = {folder + "/a.cpp": "" for folder in PURE} | {
    source_tree.EDGE_NODE: "feldsher_library(edge_node\n  SOURCES point_node.cpp\n  LINKS edge_desk)\n",
    "edge-agent/agent/point_node.cpp": "",
    "edge-agent/agent/serve.cpp": "std::random_device d;\n",
    "central/node/a.cpp": "Random& random() { return world_.random; }\nauto id = node->random().uuid() + node.random().uuid();\n",
    "central/scheduling/a.cpp": '// system_clock is not read here\nconst char* s = "std::thread rand()";\nint brand(int);\n'
                                "std::chrono::milliseconds since_boot;\nfmt::format(x);\n",
    "protocol/journal/sqlcipher_store.cpp": "std::thread writer;\n",
    "protocol/journal/a.hpp": "std::thread::id owner_;\n",  # Whose it is, not a thread.
    "protocol/log/log.cpp": "#include <spdlog/spdlog.h>\n",
    "edge-agent/main.cpp": 'int main() { std::cerr << "which folder?"; }\n',
    "edge-agent/link/a.cpp": "auto now = std::chrono::steady_clock::now();\n",
}
BAD = {
    "wall clock": ("central/scheduling/b.cpp", "auto t = std::chrono::system_clock::now();\n"),
    "steady clock": ("edge-agent/desk/b.cpp", "auto t = std::chrono::steady_clock :: now();\n"),
    "time()": ("edge-agent/ingest/b.cpp", "auto t = time(nullptr);\n"),
    "rand": ("protocol/minutes/b.hpp", "int x = std::rand();\n"),
    "random_device": ("protocol/sync/b.hpp", "std::random_device d;\n"),
    "another log": ("edge-agent/agent/b.cpp", "#include <spdlog/spdlog.h>\n"),
    "past the log": ("edge-agent/desk/b.cpp", 'void f() { fmt::print(stderr, "{}", name); }\n'),
    "a screen past the log": ("kiosk/shell/run.cpp", 'void f() { fmt::print(stderr, "{}", name); }\n'),
    "another log's header": ("protocol/log/log.hpp", 'void f() { spdlog::info("{}", name); }\n'),
    "thread": ("protocol/journal/b.hpp", "std::thread t;\n"),
    "the point's core": ("edge-agent/agent/point_node.hpp", "auto t = time(0);\n"),
    "a screen's core": ("kiosk/model/b.cpp", "auto t = std::chrono::steady_clock::now();\n"),
    "a folder that has gone": ("central/feed/a.cpp", None),
    "a core that has gone": (source_tree.EDGE_NODE, None),
    "format": ("protocol/record/b.hpp", 'auto s = std::format("{}", 1);\n'),
}

if __name__ == "__main__":
    sys.exit(source_tree.main(check, GOOD, BAD))
