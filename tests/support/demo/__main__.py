"""`./run demo`: makes a throw-away clinic network, shows it, or plays a day in it and audits it."""
import argparse
import datetime
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import traceback

from . import day, evidence, programs
from .network import Network
from .newcomer import Newcomer, language
from .processes import Failed
from .visitor import Visitor
from .windows import Display


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run demo", description=__doc__)
    parser.add_argument("--headless", action="store_true", help="play the day without windows, then audit it")
    parser.add_argument("--seconds", type=float, help="for how long (headless: 60)")
    parser.add_argument("--report", type=pathlib.Path, help="with --headless: write the audit's figures there, as JSON")
    parser.add_argument("--break", dest="fault", choices=sorted(evidence.FAULTS), help="plant one fault for the audit to find")
    parser.add_argument("--all-windows", action="store_true", help="a window for every terminal of both points")
    parser.add_argument("--folder", type=pathlib.Path, help="where the network is made (default: ./demo-<time>)")
    parser.add_argument("--keep", action="store_true", help="keep that folder")
    args = parser.parse_args()
    if args.fault and not args.headless:
        parser.error("--break needs --headless: the audit is what has to notice")
    if args.report and not args.headless:
        parser.error("--report needs --headless: without an audit there are no figures")
    if args.all_windows and args.headless:
        parser.error("--all-windows opens windows, and --headless none")
    if args.seconds is not None and args.seconds < 10:
        parser.error("a day of less than 10 seconds is too short for a cut and a kill")
    args.folder = (args.folder or programs.ROOT / f"demo-{datetime.datetime.now():%Y%m%d-%H%M%S}").resolve()
    if args.folder.exists():
        parser.error(f"{args.folder} is there already")
    return args


def look_at(network: Network, display: Display, newcomer: Newcomer):
    first = network.point("embankment")
    if display.hidden:
        print("\nThere is no display to open windows on: somebody checks in, and signs in as registrar and as doctor, for you.")
    else:
        print("\nWhat to do", newcomer.what_to_do(display.opened), sep="\n")
    print(f"""
What to look at
  {'the pictures      ' + str(network.folder / 'pictures') if display.hidden else 'the windows       check-in, board, room, reception, survey'}
  what central has  {programs.BIN}/feldsher-central points --config {network.central.config}
  what a point has  {programs.BIN}/feldsher-edge status --config {first.edge.config}
  the API           curl --cacert {network.central.ca} -H 'Authorization: Bearer {network.api.token}' {network.api.base}/api/v1/points
  the logs          {network.folder / 'logs'}
Stop with Ctrl-C.
""")


def show(args: argparse.Namespace, network: Network, newcomer: Newcomer) -> int:
    points = [network.point("embankment")] + ([network.point("lindens")] if args.all_windows else [])
    display = Display(network, hidden=False, speaks=newcomer.speaks, every=args.all_windows)
    for point in reversed(points):  # The first point's windows lie on top.
        display.open(point)
    look_at(network, display, newcomer)
    visitor = Visitor(newcomer, display) if display.hidden else None
    day.play_for_people(network, args.seconds, newcomer.day_keys(), visitor, display.picture)
    return 0


def play(args: argparse.Namespace, network: Network) -> int:
    """[O1][N1] A day of a whole network, cut off, killed and audited from outside; a planted fault is found."""
    display = Display(network, hidden=True)
    windows = display.open(network.point("embankment"), ("board",))
    played, pictures = day.play_headless(network, args.seconds or 60, display.picture)
    for window in windows:
        if not window.running:
            raise Failed(f"{window.name} has ended:\n{window.tail()}")
    evidence.ask_api(network)
    seconds_cut = played.seconds_cut()
    print("Stopping")
    network.stop()
    evidence.collect(network, seconds_cut, played.cuts, played.kills, pictures)

    print("Audit")
    folder = network.folder / "audit"
    finding, why = evidence.examine(folder)
    report = json.dumps(finding.report, indent=2)
    print(report)
    if args.fault and why:
        # The fault is planted into a day that holds: otherwise its finding would prove nothing.
        print("The day failed before a fault was planted:", *why[:20], sep="\n- ")
        return 2
    if args.fault:
        plant, noticed = evidence.FAULTS[args.fault]
        print(f"Planted: {plant(folder)}")
        finding, why = evidence.examine(folder)
        report = json.dumps(finding.report, indent=2)
        print("The audit noticed it." if why and noticed(finding) else "THE AUDIT DID NOT NOTICE.")
        if not noticed(finding):
            why = []
    if args.report:
        args.report.write_text(report + "\n", encoding="utf-8")
    (folder / "report.json").write_text(report + "\n", encoding="utf-8")
    for line in why[:20]:
        print(f"- {line}")
    if not why:
        print("All holds: nothing was lost, nothing was applied twice, no minute was given away twice.")
    return 1 if why else 0


def tidy_up(args: argparse.Namespace, network: Network, failed: bool):
    """Keys and data go; pictures stay; all stays when something went wrong or was asked for."""
    if args.keep or failed:
        print(f"The network is in {network.folder}")
        return
    if any((network.folder / "pictures").rglob("*.png")):
        for entry in network.folder.iterdir():
            if entry.name != "pictures":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        print(f"Pictures are in {network.folder / 'pictures'}")
    else:
        shutil.rmtree(network.folder)


def main() -> int:
    args = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"A clinic network in {args.folder}")
    network, status = None, 2
    try:
        network = Network(args.folder)
        newcomer = None if args.headless else Newcomer(network, network.point("embankment"), language())
        print("Making it")
        network.make()
        print("Starting it")
        network.start()
        status = show(args, network, newcomer) if newcomer else play(args, network)
    except KeyboardInterrupt:
        print("\nStopping")
        status = 130 if args.headless else 0
    except (Failed, OSError, subprocess.SubprocessError) as fault:
        print(f"The demo failed: {fault}", file=sys.stderr)
    except Exception:  # Ours: not 1, which says that the audit has found something.
        traceback.print_exc()
    finally:
        if network is not None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # A second Ctrl-C must not leave programs behind.
            network.stop()
            if not args.headless and status == 0:
                print("Stopped.")
            tidy_up(args, network, failed=status == 2 or (status == 1 and not args.fault))
    return status


if __name__ == "__main__":
    sys.exit(main())
