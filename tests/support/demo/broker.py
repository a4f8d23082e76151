"""The configuration of a point's Mosquitto: the shipped one, in another folder and on another port."""
import os
import pathlib
import re

BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", pathlib.Path(__file__).resolve().parents[3] / "build/release/bin")).resolve()
SHIPPED = pathlib.Path(__file__).resolve().parents[3] / "images" / "broker"
TOPIC_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


def configure(folder: pathlib.Path, port: int, gateways: dict[str, list[str]], agent: str = "agent",
              user: str | None = None, revoked: pathlib.Path | None = None) -> pathlib.Path:
    """Writes mosquitto.conf and acl into `folder`, where ca.pem, certificate.pem and key.pem are; returns the former.

    `gateways`: common name → the devices that it speaks for. `user`: what Mosquitto becomes when it is started by root.
    `revoked`: the agent's list of revoked certificates; without it nobody is ever shut out.
    """
    for name in [agent, *gateways, *(device for devices in gateways.values() for device in devices)]:
        if not TOPIC_NAME.fullmatch(name):  # `#` or `+` would widen a pattern of the ACL (CVE-2017-7650).
            raise ValueError(f"'{name}' cannot be a part of a topic")
    folder = folder.resolve()
    text = (SHIPPED / "mosquitto.conf").read_text(encoding="utf-8")
    text = text.replace("/etc/feldsher/broker", str(folder)).replace("listener 8883", f"listener {port} 127.0.0.1")
    text = text.replace("/usr/lib/feldsher/", f"{BIN}/")
    text = text.replace("/var/lib/feldsher-revoked/serials", str((revoked or folder / "revoked").resolve()))
    if user:
        text += f"user {user}\n"
    acl = (SHIPPED / "acl").read_text(encoding="utf-8").replace("\nuser agent\n", f"\nuser {agent}\n")
    for name, devices in gateways.items():
        acl += f"\nuser {name}\n"
        for device in devices:
            acl += f"topic write things/{device}/readings\ntopic read things/{device}/receipt\n"
    (folder / "acl").write_text(acl, encoding="utf-8")
    (folder / "acl").chmod(0o600)
    path = folder / "mosquitto.conf"
    path.write_text(text, encoding="utf-8")
    return path
