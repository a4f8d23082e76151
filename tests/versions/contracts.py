"""The contracts as descriptors: read today's, keep a release's, and tell what a later version broke."""
import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2, text_format

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
FIELD = descriptor_pb2.FieldDescriptorProto


def compiled(folder: pathlib.Path, root: pathlib.Path) -> descriptor_pb2.FileDescriptorSet:
    """What protoc makes of every .proto in `folder`; imports are found from `root`."""
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", f"--proto_path={root}", f"--descriptor_set_out={out.name}", *sorted(folder.glob("*.proto"))],
                       check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(out.read())


def today() -> descriptor_pb2.FileDescriptorSet:
    return compiled(ROOT / "protocol/contracts", ROOT)


def releases() -> dict[str, pathlib.Path]:
    """Version → its file, oldest first."""
    files = {path.stem: path for path in HERE.glob("*.textproto")}
    return dict(sorted(files.items(), key=lambda item: [int(part) for part in item[0].split(".")]))


def read(path: pathlib.Path) -> descriptor_pb2.FileDescriptorSet:
    return text_format.Parse(path.read_text(encoding="utf-8"), descriptor_pb2.FileDescriptorSet())


def as_text(contracts: descriptor_pb2.FileDescriptorSet) -> str:
    return text_format.MessageToString(contracts, as_utf8=True)


def types(contracts) -> tuple[dict, dict]:
    """Full name → descriptor: messages, then enums; nested ones too."""
    messages, enums = {}, {}

    def walk(prefix: str, inner, outer_enums):
        for enum in outer_enums:
            enums[f"{prefix}.{enum.name}"] = enum
        for message in inner:
            name = f"{prefix}.{message.name}"
            messages[name] = message
            walk(name, message.nested_type, message.enum_type)

    for file in contracts.file:
        walk(file.package, file.message_type, file.enum_type)
    return messages, enums


def shape(message, field) -> dict:
    """All of a field that a reader of the old version relies on."""
    return {
        "name": field.name, "type": FIELD.Type.Name(field.type), "type name": field.type_name,
        "label": FIELD.Label.Name(field.label), "own presence": field.proto3_optional,
        "oneof": message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else "",
        "packed": field.options.packed if field.options.HasField("packed") else None,
    }


def numbers(ranges, end_is_in: bool) -> list[range]:
    """protoc ends a message's reserved range one after its last number, an enum's at it."""
    return [range(each.start, each.end + (1 if end_is_in else 0)) for each in ranges]


def reserved_breaks(name: str, old, new, old_ranges: list[range], new_ranges: list[range], used: dict[int, str]) -> list[str]:
    broken = [f"{name}: {number} was reserved, and is now {now}" for number, now in used.items()
              if any(number in each for each in old_ranges)]
    broken += [f"{name}: the name {now} was reserved, and is in use" for now in used.values() if now in old.reserved_name]
    broken += [f"{name}: {each.start} to {each.stop - 1} is no longer reserved" for each in old_ranges
               if not any(other.start <= each.start and each.stop <= other.stop for other in new_ranges)]
    return broken + [f"{name}: the name {each} is no longer reserved" for each in old.reserved_name
                     if each not in new.reserved_name]


def broken_message(name: str, old, new) -> list[str]:
    broken, now = [], {field.number: field for field in new.field}
    for field in old.field:
        what = f"{name}.{field.name} = {field.number}"
        if field.number not in now:
            broken.append(f"{what} is gone")
            continue
        before, after = shape(old, field), shape(new, now[field.number])
        broken += [f"{what}: its {part} was {before[part] or 'none'}, and is {after[part] or 'none'}"
                   for part in before if before[part] != after[part]]
    # Fields of an older version that come under a oneof would erase each other.
    before = {each.name for each in old.oneof_decl}
    for field in new.field:
        if field.HasField("oneof_index") and not field.proto3_optional:
            group = new.oneof_decl[field.oneof_index].name
            if group not in before and any(each.number == field.number for each in old.field):
                broken.append(f"{name}: {field.name} has come under the new oneof {group}")
    broken += [f"{name}: the oneof {group} is gone" for group in before - {each.name for each in new.oneof_decl}]
    return broken + reserved_breaks(name, old, new, numbers(old.reserved_range, False), numbers(new.reserved_range, False),
                                    {field.number: field.name for field in new.field})


def broken_enum(name: str, old, new) -> list[str]:
    now = {value.name: value.number for value in new.value}
    broken = [f"{name}.{value.name} = {value.number} is gone" if value.name not in now
              else f"{name}.{value.name}: its number was {value.number}, and is {now[value.name]}"
              for value in old.value if now.get(value.name) != value.number]
    return broken + reserved_breaks(name, old, new, numbers(old.reserved_range, True), numbers(new.reserved_range, True),
                                    {value.number: value.name for value in new.value})


def broken(old, new) -> list[str]:
    """What a program of the old version can no longer rely on; empty when the contracts have only grown."""
    found = []
    for old_types, new_types, compare in zip(types(old), types(new), (broken_message, broken_enum)):
        for name, before in old_types.items():
            if name in new_types:
                found += compare(name, before, new_types[name])
            else:
                found.append(f"{name} is gone")
    return found
