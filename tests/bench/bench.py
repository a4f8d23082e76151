#!/usr/bin/env python3
"""`./run bench`: what the agent takes in next to two others on the same broker; check-in; what it drains after an outage next
to NATS; screens next to Chromium; the journal; the simulation.

Rounds of what is compared alternate, so that whatever else the machine does falls on all of them. Figures are
reported, never a gate: only something that does not work at all makes this fail."""
import argparse
import datetime
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import drain  # noqa: E402
import screens  # noqa: E402
from demo import programs  # noqa: E402
from demo.processes import Failed, run  # noqa: E402
from rig import Agent, MqttJs, PahoSubscriber, Rig, bench, check_in, flood, install_mqttjs, mqttjs_versions  # noqa: E402

BUILD = programs.ROOT / "build/bench"
READINGS_EACH = 4  # Of one message.
TITLES = {"agent": "feldsher-edge, receipted", "paho": "Paho C++, does nothing", "mqttjs": "mqtt.js + better-sqlite3"}


def load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def say(text: str):
    """What is going on, for who waits: not a part of the report."""
    print(f"… {text}", file=sys.stderr, flush=True)


def spread(values: list[float], form: str = ",.0f") -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def compare_ingest(rig: Rig, args: argparse.Namespace):
    listeners = [Agent(rig), PahoSubscriber(rig)]
    missing = "left out" if args.without_mqttjs else install_mqttjs(BUILD / "mqttjs", say)
    if missing:
        print(f"\nmqtt.js + better-sqlite3 was not measured: {missing}.")
    else:
        listeners.append(MqttJs(rig, BUILD / "mqttjs"))
        print(f"\n{mqttjs_versions(BUILD / 'mqttjs')}")
    options = {"connections": args.connections, "window": args.window, "warm-up": 1, "seconds": args.seconds, "drain": 10}
    rounds: dict[str, list[dict]] = {listener.name: [] for listener in listeners}
    for number in range(args.rounds):
        for listener in listeners:
            say(f"flood {number + 1} of {args.rounds}: {TITLES[listener.name]}")
            listener.begin()
            figures = flood(rig, listener, options)
            rounds[listener.name].append(figures | listener.end())
    report_ingest(rounds, args)


def report_ingest(rounds: dict[str, list[dict]], args: argparse.Namespace):
    print(f"\nReadings over mutual TLS, QoS 1, {READINGS_EACH} readings a message; {args.devices} devices on "
          f"{args.connections} connections of a gateway, {args.window} messages under way;"
          f"\n{args.rounds} rounds of {args.seconds:g} s each, in turn; median (least–most); CPU µs a message of one core")
    print(f"  {'':26}{'messages/s':>26}{'readings/s':>12}{'itself':>9}{'broker':>9}{'flood':>8}{'load':>7}")
    rates = {}
    for name, found in rounds.items():
        rates[name] = [each["messages_per_s"] for each in found]
        cpu = {who: statistics.median(1e6 * each["cpu"][who] / max(1, each["kept"]) for each in found)
               for who in ("listener", "broker", "flood")}
        loads = statistics.median(each["load"] for each in found)
        print(f"  {TITLES[name]:26}{spread(rates[name]):>26}{statistics.median(rates[name]) * READINGS_EACH:>12,.0f}"
              f"{cpu['listener']:>9.1f}{cpu['broker']:>9.1f}{cpu['flood']:>8.1f}{loads:>7.1f}")
    for other, aim in (("paho", "aim: at least 0.85"), ("mqttjs", "aim: more than 1")):
        if other in rates:
            ratios = [mine / theirs for mine, theirs in zip(rates["agent"], rates[other])]
            print(f"  ratio to {TITLES[other]:26} {spread(ratios, '.2f')}   {aim}")
    for name, found in rounds.items():
        sent, missing, again = (sum(each[key] for each in found) for key in ("sent", "missing", "sent_again"))
        print(f"  {TITLES[name]}: {sent:,} sent, {sum(each['acknowledged'] for each in found):,} PUBACKs, "
              f"{again:,} sent again, {missing:,} never {'receipted' if name == 'agent' else 'kept'}")
    lost = sum(each["missing"] for each in rounds["agent"])
    if lost:
        raise Failed(f"{lost} messages were not receipted, although they were sent again")


def report_check_in(rig: Rig):
    say("check-in")
    found = check_in(rig, 300)
    print(f"\nCheck-in at the bus (walk-in at one terminal, ask to answer, which leaves after the commit), ms; {load()}")
    for title, times in (("one after the other", found["in_sequence"]), (f"{found['at_once']} at once", found["together"])):
        print(f"  {title:26}p50 {times['p50']:.1f}   p99 {times['p99']:.1f}   worst {times['worst']:.1f}   ({times['asks']} asks)")


def report_program(title: str, command: list):
    say(title)
    before = load()
    text = run(command).rstrip()
    print(f"\n{title}; {before} before, {load()} after\n  " + text.replace("\n", "\n  "))


def report_simulation():
    options = ["--seed", "1", "--seeds", "4", "--days", "2", "--points", "3"]
    report_program(f"Simulation ({' '.join(options)})", [programs.program("simulate"), *options])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="that are measured of each round")
    parser.add_argument("--devices", type=int, default=40)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--window", type=int, default=900, help="messages under way; the broker lets fall more than 1,000")
    parser.add_argument("--readings", type=int, default=1_000_000, help="that a point drains")
    parser.add_argument("--acts", type=int, default=100_000, help="that a point drains")
    parser.add_argument("--idle", type=float, default=30, help="seconds in which a screen that nobody touches is watched")
    parser.add_argument("--only", choices=("ingest", "check-in", "drain", "kiosk", "journal", "simulation"), help="this part alone")
    parser.add_argument("--without-mqttjs", action="store_true")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    wanted = lambda part: args.only in (None, part)  # noqa: E731
    print(f"\n{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, {load()}")
    if wanted("ingest") or wanted("check-in"):
        rig = Rig(BUILD / "network", args.devices, say)
        try:
            rig.point.start_broker()
            if wanted("check-in"):
                report_check_in(rig)
            if wanted("ingest"):
                compare_ingest(rig, args)
        finally:
            rig.stop()
        rig.remove()
    if wanted("drain"):
        drain.report(drain.measure(BUILD / "drain", args, say), args, spread)
    if wanted("kiosk"):
        screens.report(screens.measure(BUILD / "screens", args, say), args, spread)
    if wanted("ingest"):
        report_program("Intake and sealing alone, without disk and broker", [bench("bench_ingest")])
    if wanted("journal"):
        report_program("The journal on this disk", [bench("journal_bench"), BUILD])
    if wanted("simulation"):
        report_simulation()
    return 0


if __name__ == "__main__":
    os.umask(0o077)
    BUILD.mkdir(parents=True, exist_ok=True)
    try:
        sys.exit(main())
    except Failed as failed:
        sys.exit(f"bench: {failed}")
