"""What the disk gives away: databases in clear, names in files and logs, pictures with nothing on them."""
import pathlib
import re
import struct
import zlib


def forms(word: str) -> list[bytes]:
    """A word as it might stand in a file."""
    return [word.encode("utf-8"), word.encode("utf-16-le")]


def any_of(words: list[str]):
    """A search for all words at once: a pass over a file for each of hundreds of names takes half a minute."""
    found = {form: word for word in words for form in forms(word)}
    pattern = re.compile(b"|".join(map(re.escape, found))) if found else None

    def contains(path: pathlib.Path) -> str | None:
        match = pattern.search(path.read_bytes()) if pattern else None
        return found[match.group()] if match else None

    return contains


def encrypted(folders: list[str], secrets: list[str], complaints: list[str]) -> int:
    """How many databases are unreadable without their key. Each file of the folders is searched for the words."""
    count, contains = 0, any_of(secrets)
    for folder in folders:
        databases = 0
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if not path.is_file():
                continue
            if word := contains(path):
                complaints.append(f"{path} holds '{word}' in clear")
            elif path.suffix == ".db":
                databases += 1
                if path.read_bytes()[:15] == b"SQLite format 3" or path.stat().st_size < 512:
                    complaints.append(f"{path} is not encrypted")
                else:
                    count += 1
            if (path.suffix == ".key" or "key" in path.stem) and path.stat().st_mode & 0o077:
                complaints.append(f"{path} can be read by others than its owner")
        if not databases:
            complaints.append(f"{folder} holds no database")
    return count


def silent(logs: list[str], secrets: list[str], complaints: list[str]):
    contains = any_of(secrets)
    for log in logs:
        if word := contains(pathlib.Path(log)):
            complaints.append(f"{log} says '{word}'")


def pictures(files: list[str], complaints: list[str]) -> int:
    """How many of the PNG files show something: more than a few colours of pixels."""
    shown = 0
    for name in files:
        try:
            distinct = distinct_pixels(pathlib.Path(name).read_bytes())
        except (OSError, ValueError, struct.error, zlib.error) as fault:
            complaints.append(f"{name}: {fault}")
            continue
        if distinct < 16:
            complaints.append(f"{name} shows nothing")
        else:
            shown += 1
    return shown


def distinct_pixels(octets: bytes) -> int:
    """Distinct filtered pixel groups of a PNG: a blank picture has a handful, whatever its size."""
    if octets[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("is not a PNG picture")
    at, data = 8, b""
    while at + 8 <= len(octets):
        length, kind = struct.unpack(">I4s", octets[at:at + 8])
        if kind == b"IDAT":
            data += octets[at + 8:at + 8 + length]
        at += 12 + length
    raw = zlib.decompress(data)
    return len({raw[i:i + 12] for i in range(0, len(raw), 12)})
