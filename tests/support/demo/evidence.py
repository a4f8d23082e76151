"""What the audit reads, and the faults that `--break` plants in it to see whether it notices."""
import base64
import json
import pathlib
import sys

from . import programs
from .network import Network
from .processes import Failed

sys.path.insert(0, str(programs.ROOT / "tests/support"))
import audit  # noqa: E402
import audit_records as records  # noqa: E402


def ask_api(network: Network):
    """While central runs: what it tells an outsider, and that it tells nothing to one without a token."""
    folder = network.folder / "audit/api"
    for name, path in (("points", "/api/v1/points"), ("appointments", f"/api/v1/appointments?day={network.clinic['day']}")):
        status, answer = network.api.ask(path)
        if status != 200:
            raise Failed(f"{path} answered {status}: {answer}")
        (folder / f"{name}.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")
        status, _ = network.api.ask(path, token="")
        if status not in (401, 403):
            raise Failed(f"{path} answered {status} without a token")


def secrets(clinic: dict) -> list[str]:
    """Words that no data folder may hold in clear. Very short names would be found in any random octets."""
    words = {patient[key] for patient in clinic["patients"] for key in ("family_name", "phone")}
    return sorted(word for word in words if len(word.encode()) >= 7)


def collect(network: Network, seconds_cut: float, cuts: list, kills: int, pictures: list[pathlib.Path]):
    """After everything stopped: the journals of all, and what the one who ran the network saw."""
    folder = network.folder / "audit"
    programs.export(network.central.folder, folder / "exports/central.jsonl")
    for point in network.points:
        programs.export(point.edge.folder, folder / f"exports/{point.name}.jsonl")
    logs = [process.log for process in network.processes.all if process.name.startswith(("central", "agent-", "kiosk-", "broker-"))]
    (folder / "facts.json").write_text(json.dumps({
        "seconds_cut": round(seconds_cut), "cut": cuts, "agent_kills": kills, "pictures": [str(path) for path in pictures],
        "data": [str(network.central.folder), *(str(point.edge.folder) for point in network.points)],
        "logs": [str(log) for log in logs], "secrets": secrets(network.clinic),
    }, ensure_ascii=False), encoding="utf-8")


def _lines(path: pathlib.Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _write(path: pathlib.Path, lines: list[str]):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def lose(folder: pathlib.Path) -> str:
    """Takes the last block of receipted readings, with the heads that sign it, out of central's export."""
    path = folder / "exports/central.jsonl"
    lines = _lines(path)
    receipted = {audit.plain(entry["device"]) for entry in audit.read(folder).wearables if entry["event"] == "receipted"}
    for place in range(len(lines) - 1, -1, -1):
        entry = json.loads(lines[place]).get("record")
        if entry and entry["stream"] == records.READINGS:
            body = base64.b64decode(entry["body"])
            if records.one(records.fields(body[records.SALT:]), 1).hex() in receipted:
                del lines[place]
                _write(path, lines)
                return f"record {entry['seq']} of {entry['origin'][-6:]}'s readings is missing at central"
    raise Failed("no block of receipted readings to lose")


def double(folder: pathlib.Path) -> str:
    """Puts a record into central's export twice."""
    path = folder / "exports/central.jsonl"
    lines = _lines(path)
    places = [place for place, line in enumerate(lines) if '"record"' in line]
    if not places:
        raise Failed("no record to double")
    place = places[len(places) // 2]
    _write(path, lines[:place + 1] + lines[place:])
    return f"line {place + 1} of central's export is there twice"


def book(folder: pathlib.Path) -> str:
    """Forges a second booking on the minutes of the first."""
    path = folder / "api/appointments.json"
    appointments = json.loads(path.read_text(encoding="utf-8"))
    first = next((each for each in appointments if each["status"] == "booked"), None)
    if first is None:
        raise Failed("no booking to forge a second one on")
    appointments.append({**first, "id": "00000000-0000-7000-8000-000000000000", "minute": first["minute"] + first["minutes"] - 1})
    path.write_text(json.dumps(appointments, ensure_ascii=False), encoding="utf-8")
    return f"a second booking overlaps {first['id']}"


def chain(folder: pathlib.Path) -> str:
    """Flips one bit in the middle of a point's exported journal."""
    path = next(each for each in sorted((folder / "exports").glob("*.jsonl")) if each.stem != "central")
    lines = _lines(path)
    places = [place for place, line in enumerate(lines) if '"record"' in line]
    if not places:
        raise Failed("no record to change")
    place = places[len(places) // 2]
    entry = json.loads(lines[place])
    octets = bytearray(base64.b64decode(entry["record"]["core"]))
    octets[len(octets) // 2] ^= 1
    entry["record"]["core"] = base64.b64encode(octets).decode()
    lines[place] = json.dumps(entry)
    _write(path, lines)
    return f"a bit of line {place + 1} of {path.name} is flipped"


# What each fault does, and what the audit has to say of it.
FAULTS = {
    "lose": (lose, lambda finding: finding.report["records_lost"] > 0),
    "double": (double, lambda finding: finding.report["records_duplicated"] > 0),
    "book": (book, lambda finding: finding.report["double_bookings"] > 0),
    "chain": (chain, lambda finding: bool(finding.complaints)),
}


def examine(folder: pathlib.Path) -> tuple[audit.Finding, list[str]]:
    finding = audit.audit(audit.read(folder))
    return finding, audit.verdict(finding)
