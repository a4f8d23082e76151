#!/usr/bin/env python3
"""Central's disk is destroyed again and again under load, and each time the backup that was taken of it a moment ago, while it
ran, is restored; then code that shares nothing with the product counts what is missing.

  restores.py [--count 200] [--seed N] [--interval-ms 20] [--report FILE] [--folder DIR]

There is no standby: what points and devices were told after the backup has to come from the points. Each twenty restores have a
network of their own, so that what is counted fits in memory. Exit: 0 nothing lost, nothing twice; 1 something was; 2 it could not
be run.
"""
import json
import pathlib
import random
import shutil
import statistics
import sys
import time
import zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo import programs, trial  # noqa: E402
from demo.day import unix_minute, unix_ms  # noqa: E402
from demo.network import Network, Point  # noqa: E402
from demo.processes import Failed, run, wait_until  # noqa: E402
from demo.trial import FLOOD_SECONDS, PATIENCE, Trial  # noqa: E402

SECONDS_A_RESTORE = 8          # What the people's day is planned for.
TRIED = ("check_ins", "tickets_called", "bookings_at_central", "readings_sent", "readings_receipted", "readings_at_central")
NEVER = ("records_lost", "records_duplicated", "double_bookings")


class Restores:
    """One network at work, and its restores."""

    def __init__(self, folder: pathlib.Path, dice: random.Random, interval_ms: int):
        self.network = Network(folder, say=lambda *_: None, only=("embankment",))
        self.folder, self.dice, self.interval_ms = folder, dice, interval_ms
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text("correct horse battery staple\n", encoding="utf-8")
        self.backups: list[float] = []
        self.outages: list[float] = []      # From the end of central to a point that is connected again.

    @property
    def point(self) -> Point:
        return self.network.points[0]

    def command(self, *words):
        run([programs.program("central"), *words, "--passphrase-file", self.passphrase])

    def more_of(self, what: str, more: int):
        """Waits until the point has done so much more."""
        def done() -> int:
            status = self.point.edge.status()
            return status.get("journal", {}).get("acts", 0) if what == "acts" else status.get(what, 0)
        target = done() + more
        wait_until(f"more {what} at the point", lambda: done() >= target, self.point.agent, PATIENCE)

    def book_at_central(self):
        """An appointment in minutes that central holds, if they are free: as the call-centre would."""
        clinic = self.network.clinic
        shift = self.dice.choice([each for each in clinic["shifts"] if each["point"] == self.point.id])
        service = shift["services"][0]
        free = unix_minute(shift["leased"][-1]["until"], zoneinfo.ZoneInfo(self.point.entry["zone"]))
        wanted = {"patient": self.dice.choice(clinic["patients"][len(clinic["appointments"]):])["id"], "shift": shift["id"],
                  "service": service, "minute": free + 10 * self.dice.randrange(12),
                  "minutes": next(each["minutes"] for each in clinic["services"] if each["id"] == service)}
        status, answer = self.network.api.ask("/api/v1/appointments", wanted)
        if status != 201 or answer.get("requested"):
            return
        entry = {"t": unix_ms(), "who": "registrar", "event": "booked", "where": "central",
                 "appointment": answer["id"], "requested": False, **wanted}
        with (self.folder / "audit/ledgers/central.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")

    def restore(self, number: int):
        backup = self.folder / f"backup-{number}"
        self.book_at_central()
        began = time.monotonic()
        self.command("backup", backup, "--config", self.network.central.config)
        self.backups.append(time.monotonic() - began)
        # From here on central alone is told nothing: what it alone says after its backup nobody can bring back.
        self.more_of("readings_receipted", self.dice.randrange(1, 200))
        began = time.monotonic()
        self.network.central_process.kill()
        shutil.rmtree(self.network.central.folder)
        self.command("restore", backup, self.network.central.folder)
        self.network.start_central()
        wait_until("the point is connected", lambda: self.point.edge.status().get("connected"), self.point.agent, PATIENCE)
        self.outages.append(time.monotonic() - began)
        shutil.rmtree(backup)

    def run(self, count: int):
        self.network.make()
        self.network.start()
        wait_until("the schedule is there", lambda: self.point.edge.status()["feed"]["position"] > 50, self.point.agent)
        people = self.network.start_patients(self.point, count * SECONDS_A_RESTORE, self.dice.randrange(1 << 30))
        wearables = self.network.start_wearables(self.point, FLOOD_SECONDS, self.dice.randrange(1 << 30), self.interval_ms)
        self.more_of("acts", 10)
        for number in range(count):
            self.restore(number)
            if not wearables.running:
                raise Failed(f"the wearables ended:\n{wearables.tail()}")
        wait_until("everybody has gone home", lambda: not people.running, seconds=count * SECONDS_A_RESTORE + PATIENCE)
        if people.process.returncode != 0:
            raise Failed(f"the people's day went wrong:\n{people.tail()}")
        self.network.processes.stop(wearables)
        self.network.settle(300)


class Total(trial.Total):
    counted = TRIED + NEVER

    def __init__(self):
        super().__init__()
        self.backups: list[float] = []
        self.outages: list[float] = []

    @property
    def done(self) -> int:
        return len(self.outages)

    def one_network(self, folder: pathlib.Path, dice: random.Random, count: int, interval_ms: int):
        restores = Restores(folder, dice, interval_ms)
        with trial.at_work(restores.network):
            restores.run(count)
            self.count(*trial.audit(restores.network))
        self.backups += restores.backups
        self.outages += restores.outages

    def wrong(self) -> list[str]:
        why = list(self.complaints)
        why += self.found(*NEVER)
        if self.counts["readings_sent"] != self.counts["readings_at_central"]:
            why.append("central has other readings than were sent")
        why += [f"no {name}: nothing was tried" for name in TRIED if not self.counts[name]]
        return why

    def line(self) -> str:
        return (f"{len(self.outages)} restores: lost {self.counts['records_lost']}, doubled {self.counts['records_duplicated']}, "
                f"double bookings {self.counts['double_bookings']}; median {statistics.median(self.outages):.2f} s from the end of "
                f"central to a point that is connected again, longest {max(self.outages):.2f} s")

    def table(self) -> str:
        return "\n".join([
            self.line(),
            f"backups of the running central: median {statistics.median(self.backups):.2f} s, longest {max(self.backups):.2f} s",
            f"{self.counts['check_ins']:,} check-ins, {self.counts['tickets_called']:,} calls, "
            f"{self.counts['bookings_at_central']:,} bookings at central; readings sent {self.counts['readings_sent']:,}, receipted "
            f"{self.counts['readings_receipted']:,}, at central {self.counts['readings_at_central']:,}"])

    def figures(self) -> dict:
        return {"restores": len(self.outages), **self.counts,
                "restored_in_s": {"median": statistics.median(self.outages), "longest": max(self.outages)},
                "backed_up_in_s": {"median": statistics.median(self.backups), "longest": max(self.backups)}}


if __name__ == "__main__":
    sys.exit(Trial("restores", "count", count=200, each=20, interval_ms=20).main(__doc__, Total()))
