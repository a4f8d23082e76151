"""The project's own files, for the rule checks beside this file."""
import pathlib
import re
import sys
import tempfile

PARTS = ("protocol", "devices", "edge-agent", "kiosk", "central")
ROOT = pathlib.Path(__file__).resolve().parents[2]
_LITERAL_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*.*?\*/', re.S)


def sources(root: pathlib.Path, folders=PARTS, suffixes=(".cpp", ".hpp")):
    """(path from the root, text) of each file in the folders, in a fixed order."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")


EDGE_NODE = "edge-agent/agent/CMakeLists.txt"     # Where the point's core stands beside its shell: its list says which is which.


def edge_node(root: pathlib.Path) -> list:
    """(path, text) of the files of a point's core."""
    listed = root / EDGE_NODE
    text = listed.read_text(encoding="utf-8") if listed.is_file() else ""
    found = re.search(r"feldsher_library\(edge_node\s+SOURCES\s([^)]*?)\sLINKS\b", text)
    stems = {pathlib.PurePath(name).stem for name in found.group(1).split()} if found else set()
    folder = str(pathlib.PurePosixPath(EDGE_NODE).parent)
    return [(path, text) for path, text in sources(root, (folder,)) if pathlib.PurePosixPath(path).stem in stems]


def missing(root: pathlib.Path, folders) -> list:
    """A complaint of each folder that a rule names and that holds no source: it would guard nothing."""
    named = [(folder, any(sources(root, (folder,)))) for folder in folders] + [(EDGE_NODE, bool(edge_node(root)))]
    return [f"{name}: a rule guards it, and nothing is there" for name, there in named if not there]


def code_only(text: str) -> str:
    """The text with comments and literals blanked, its line numbers kept."""
    return _LITERAL_OR_COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def main(check, good: dict, bad: dict) -> int:
    """Runs `check(root) -> [complaint]` over the tree, after it has shown that it can fail.

    `good` (path → text) is a tree without complaints; each entry of `bad` (name → (path, text)) put
    into it, or taken out of it (None), has to bring one complaint at least.
    """
    def complaints(files: dict) -> list:
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                if text is None:
                    continue
                target = pathlib.Path(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return check(pathlib.Path(folder))

    if found := complaints(good):
        print("self-test: a good tree brought complaints:", *found, sep="\n  ")
        return 1
    for name, (path, text) in bad.items():
        if not complaints({**good, path: text}):
            print(f"self-test: '{name}' was not noticed")
            return 1
    found = check(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
    for line in found:
        print(line)
    print(f"{len(found)} complaints; {len(bad)} planted faults were noticed")
    return 1 if found else 0
