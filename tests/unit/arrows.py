#!/usr/bin/env python3
"""No arrow between folders points back: every #include against the table of ARCHITECTURE.md."""
import re
import sys

import source_tree

MAY_USE = {
    "protocol": {"protocol"},
    "devices": {"devices", "protocol"},
    "edge-agent": {"edge-agent", "protocol", "devices"},
    "kiosk": {"kiosk", "protocol", "devices"},
    "central": {"central", "protocol"},
}
# Inside a part, the functional core knows neither wire nor store: api → commands → domain ← store.
CENTRAL_DOMAIN = {"registry", "scheduling", "history", "relations", "monitoring", "insight", "outreach"}
CENTRAL_SHELL = {
    "store": {"api", "commands", "console", "sync"},
    "commands": {"api", "console"},
}
EDGE_DOMAIN = {"desk", "minutes", "monitoring"}
SHELL_HEADER = re.compile(
    r"^(boost/(asio|beast)|sqlcipher/|sqlite3\.h|openssl/|mqtt/|MQTT|httplib|toml|CLI/|spdlog/|prometheus/"
    r"|protocol/(transport|bus/mqtt)|protocol/journal/sqlcipher|protocol/store)")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def check(root):
    complaints = []
    for path, text in source_tree.sources(root):
        part, _, inside = path.partition("/")
        folder = inside.split("/")[0] if "/" in inside else ""
        for found in INCLUDE.finditer(text):
            quote, header = found.groups()
            where = f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
            target, _, target_inside = header.partition("/")
            target_folder = target_inside.split("/")[0]
            if target in MAY_USE and target not in MAY_USE[part]:
                complaints.append(f"{where}: {part} may not use {target} ({header})")
            elif quote == '"' and target not in MAY_USE and not header.endswith(".pb.h"):
                complaints.append(f"{where}: includes of ours start at the root of the tree ({header})")
            domain = (part == "central" and folder in CENTRAL_DOMAIN) or (part == "edge-agent" and folder in EDGE_DOMAIN)
            if domain and SHELL_HEADER.match(header):
                complaints.append(f"{where}: {part}/{folder} is domain: neither network nor store ({header})")
            if part == target == "central":
                if folder in CENTRAL_DOMAIN and target_folder in {"api", "commands", "store", "console", "sync"}:
                    complaints.append(f"{where}: the domain knows nothing of central/{target_folder}")
                if target_folder in CENTRAL_SHELL.get(folder, ()):
                    complaints.append(f"{where}: central/{folder} may not use central/{target_folder}")
    return complaints


GOOD = {
    "protocol/a.hpp": '#include <map>\n#include "protocol/contracts/bus.pb.h"\n',
    "devices/a.hpp": '#include "protocol/a.hpp"\n',
    "edge-agent/desk/a.cpp": '#include "devices/a.hpp"\n#include "protocol/a.hpp"\n',
    "kiosk/a.cpp": '#include "devices/a.hpp"\n',
    "central/scheduling/a.cpp": '#include "central/registry/b.hpp"\n',
    "central/api/a.cpp": '#include <boost/beast.hpp>\n#include "central/commands/a.hpp"\n',
}
BAD = {
    "protocol uses devices": ("protocol/b.cpp", '#include "devices/a.hpp"\n'),
    "devices uses the agent": ("devices/b.cpp", '#include "edge-agent/desk/a.hpp"\n'),
    "kiosk uses the agent": ("kiosk/b.cpp", '# include "edge-agent/desk/a.hpp"\n'),
    "the agent uses kiosk": ("edge-agent/desk/b.cpp", '#include "kiosk/a.hpp"\n'),
    "central uses devices": ("central/store/b.cpp", '#include <devices/a.hpp>\n'),
    "a neighbour by its bare name": ("central/store/b.cpp", '#include "c.hpp"\n'),
    "the domain knows HTTP": ("central/scheduling/b.cpp", "#include <boost/beast/http.hpp>\n"),
    "the domain knows SQL": ("central/registry/b.hpp", "#include <sqlcipher/sqlite3.h>\n"),
    "the domain knows the store": ("central/registry/b.hpp", '#include "central/store/rows.hpp"\n'),
    "the store knows the API": ("central/store/b.hpp", '#include "central/api/routes.hpp"\n'),
    "the desk knows the bus": ("edge-agent/desk/b.hpp", '#include "protocol/bus/mqtt_session.hpp"\n'),
}

if __name__ == "__main__":
    sys.exit(source_tree.main(check, GOOD, BAD))
