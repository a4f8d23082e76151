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
# Inside a part, the functional core knows neither wire nor store, and nothing of its part but itself.
DOMAIN = ("central/feed", "central/history", "central/node", "central/registry", "central/scheduling", "central/standby",
          "edge-agent/desk", "edge-agent/ingest", "kiosk/model")     # And edge-agent/agent, as far as it is the point's core.
# Around it, in central: api → commands → domain ← store.
MAY_NOT_USE = {
    "central/store": {"central/api", "central/commands", "central/serve"},
    "central/access": {"central/api", "central/commands", "central/serve", "central/store"},
    "central/commands": {"central/api", "central/serve"},
    "central/api": {"central/serve"},
}
SHELL_HEADER = re.compile(
    r"^(boost/(asio|beast)|sqlcipher/|sqlite3\.h|openssl/|mqtt/|MQTT|httplib|toml|CLI/|spdlog/|prometheus/"
    r"|imgui|GLFW/|protocol/(transport|bus/mqtt)|protocol/journal/(sqlcipher|committer|data_folder))")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def folder_of(path: str) -> str:
    """The first two folders of a path."""
    return "/".join(path.split("/")[:-1][:2])


def check(root):
    complaints = source_tree.missing(root, [*MAY_USE, *DOMAIN, *MAY_NOT_USE, *set().union(*MAY_NOT_USE.values())])
    core = {path for path, _ in source_tree.edge_node(root)}
    for path, text in source_tree.sources(root):
        part, folder = path.split("/")[0], folder_of(path)
        domain = folder in DOMAIN or path in core
        for found in INCLUDE.finditer(text):
            quote, header = found.groups()
            where = f"{path}:{text.count(chr(10), 0, found.start()) + 1}"
            target, target_folder = header.split("/")[0], folder_of(header)
            if target in MAY_USE and target not in MAY_USE[part]:
                complaints.append(f"{where}: {part} may not use {target} ({header})")
            elif quote == '"' and target not in MAY_USE and not header.endswith(".pb.h"):
                complaints.append(f"{where}: includes of ours start at the root of the tree ({header})")
            if domain and SHELL_HEADER.match(header):
                complaints.append(f"{where}: {folder} is domain: neither network nor store ({header})")
            if domain and target == part and target_folder not in DOMAIN and header not in core:
                complaints.append(f"{where}: {folder} is domain, and {header} is not")
            if target_folder in MAY_NOT_USE.get(folder, ()):
                complaints.append(f"{where}: {folder} may not use {target_folder}")
    return complaints


GOOD = {folder + "/empty.cpp": "" for folder in [*DOMAIN, *MAY_NOT_USE, *set().union(*MAY_NOT_USE.values())]} | {
    source_tree.EDGE_NODE: "feldsher_library(edge_node\n  SOURCES point_node.cpp\n  LINKS edge_desk)\n",
    "edge-agent/agent/point_node.hpp": "",
    "edge-agent/agent/point_node.cpp": '#include "edge-agent/agent/point_node.hpp"\n#include "edge-agent/desk/a.hpp"\n',
    "edge-agent/agent/agent.cpp": '#include <boost/asio/post.hpp>\n#include "edge-agent/agent/point_node.hpp"\n',
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
    "the domain knows a command": ("central/feed/b.hpp", '#include "central/commands/a.hpp"\n'),
    "a command knows the API": ("central/commands/b.hpp", '#include "central/api/a.hpp"\n'),
    "central's core knows the store": ("central/node/b.hpp", '#include "protocol/journal/committer.hpp"\n'),
    "the copy knows HTTP": ("central/standby/b.hpp", "#include <boost/beast/http.hpp>\n"),
    "history knows SQL": ("central/history/b.hpp", "#include <sqlcipher/sqlite3.h>\n"),
    "the point's core knows its shell": ("edge-agent/agent/point_node.hpp", '#include "edge-agent/agent/agent.hpp"\n'),
    "the point's core knows the line": ("edge-agent/agent/point_node.hpp", '#include "protocol/transport/web_socket.hpp"\n'),
    "a screen's core draws": ("kiosk/model/b.cpp", "#include <imgui.h>\n"),
    "a folder that has gone": ("central/feed/empty.cpp", None),
    "a core that has gone": (source_tree.EDGE_NODE, None),
    "the desk knows the bus": ("edge-agent/desk/b.hpp", '#include "protocol/bus/mqtt_session.hpp"\n'),
}

if __name__ == "__main__":
    sys.exit(source_tree.main(check, GOOD, BAD))
