"""What goes over the wire between two definitions: stubs generated from the old one, a server of the new one."""

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse, ParseDict, ParseError
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

REFUSED = "refused"
"""What is said of a message that its reader does not take."""

Said: TypeAlias = dict[str, Any] | bytes
"""What a message says: its tree, or bytes where no tree can say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Both definitions of one row in a package of its own, and what goes from one side to the other."""

    package: str
    case: Mapping[str, Any]

    @property
    def is_request(self) -> bool:
        return bool(self.case["side"] == "request")

    @property
    def is_json(self) -> bool:
        return bool(self.case.get("json", False))

    @property
    def procedure(self) -> str:
        return f"{self.package}.Shop/Call"

    def text(self, version: str) -> str:
        """Give the .proto file of `old` or `new`."""
        case = self.case
        types = ("Thing", "Empty") if self.is_request else ("Empty", "Thing")
        procedure = case.get("procedures", {}).get(version, f"rpc Call({types[0]}) returns ({types[1]});")
        package = case.get("packages", {}).get(version, "")
        service = case.get("services", {}).get(version, "Shop")
        syntax = case.get("syntaxes", {}).get(version) or case.get("syntax", 'syntax = "proto3";')
        imports = " ".join(f'import "google/protobuf/{name}.proto";' for name in case.get("imports", ()))
        return (
            f"{syntax} package {self.package}{package}; {imports}"
            f" {case.get('options', {}).get(version, '')} {case.get('rest', '')}"
            f" message Empty {{}} message Thing {{ {case[version]} }} service {service} {{ {procedure} }}"
        )


@dataclass(slots=True)
class NewServer(grpc.GenericRpcHandler):
    """Serves every procedure of the new definitions; it notes what it reads and gives what it is told to."""

    methods: Mapping[str, MethodDescriptor]
    answers: dict[str, tuple[Said, ...]] = field(default_factory=dict)
    read: dict[str, list[object]] = field(default_factory=dict)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        method = self.methods.get(details.method.removeprefix("/"))
        if method is None:
            return None
        taken, given = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
        path = details.method.removeprefix("/")

        def answer(requests: Iterable[Message]) -> Iterator[Message]:
            self.read[path] = [shown(each) for each in requests]
            for each in self.answers.get(path, ({},)):
                yield written(each, given)

        one, many = method.client_streaming, method.server_streaming
        make = getattr(grpc, f"{_KIND[one]}_{_KIND[many]}_rpc_method_handler")
        behaviour = {
            (False, False): lambda request, context: next(answer([request])),
            (False, True): lambda request, context: answer([request]),
            (True, False): lambda requests, context: next(answer(requests)),
            (True, True): lambda requests, context: answer(requests),
        }[one, many]
        return make(behaviour, taken.FromString, _serialised)


_KIND = {False: "unary", True: "stream"}


def _serialised(message: Message) -> bytes:
    return message.SerializePartialToString()


def written(said: Said, kind: type[Message]) -> Message:
    """Give a message as its writer has it in hand."""
    return kind.FromString(said) if isinstance(said, bytes) else ParseDict(said, kind())


def shown(message: Message) -> object:
    """Give what a message is to its reader; one without a required field, most languages do not take."""
    return MessageToDict(message, preserving_proto_field_name=True) if message.IsInitialized() else REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Both sides: modules with classes and stubs of the old definitions, and a server of the new ones."""

    old: Mapping[str, tuple[ModuleType, ModuleType]]
    new: DescriptorPool
    server: NewServer
    channel: grpc.Channel

    def passed(self, row: Row) -> object:
        """Give what comes of what is sent: a message as its reader sees it, `refused`, or the status of the call."""
        return self._passed_in_json(row) if row.is_json else self._called(row)

    def _called(self, row: Row) -> object:
        messages, stubs = self.old[row.package]
        method = messages.DESCRIPTOR.services_by_name["Shop"].methods_by_name["Call"]
        sent = row.case["sent"] if isinstance(row.case["sent"], list) else [row.case["sent"]]
        taken = getattr(messages, method.input_type.name)
        requests = [written(each, taken) for each in (sent if row.is_request else [{}])]
        self.server.answers[row.procedure] = ({},) if row.is_request else tuple(sent)
        call = stubs.ShopStub(self.channel).Call
        try:
            sent_as = iter(requests) if method.client_streaming else requests[0]
            found = call(sent_as, timeout=row.case.get("seconds", 30))  # some calls never end
            answers = [shown(each) for each in (found if method.server_streaming else [found])]
        except grpc.RpcError as error:
            is_unreadable = "deserializing" in error.details()
            return REFUSED if is_unreadable else error.code().name
        got = self.server.read[row.procedure] if row.is_request else answers
        return got if isinstance(row.case["sent"], list) else got[0]

    def _passed_in_json(self, row: Row) -> object:
        old = self.old[row.package][0].Thing
        new = GetMessageClass(self.new.FindMessageTypeByName(f"{row.package}.Thing"))
        writer, reader = (old, new) if row.is_request else (new, old)
        text = MessageToJson(ParseDict(row.case["sent"], writer()))
        try:
            return shown(Parse(text, reader(), ignore_unknown_fields=True))
        except (ParseError, DecodeError):
            return REFUSED


@contextmanager
def wired(rows: Iterable[Row], folder: Path) -> Iterator[Wire]:
    """Generate code for the old definitions of all rows, serve the new ones, and connect both."""
    rows = tuple(rows)
    old, new = (_written(rows, version, folder) for version in ("old", "new"))
    _compiled(old, [f"--python_out={old}", f"--grpc_python_out={old}"])
    _compiled(new, [f"--descriptor_set_out={new / 'all.binpb'}", "--include_imports"])
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString((new / "all.binpb").read_bytes()).file:
        pool.Add(file)
    server = NewServer(dict(_methods(pool, rows)))
    with ThreadPoolExecutor(2) as threads, _importable(old):
        running = grpc.server(threads, handlers=(server,))
        port = running.add_insecure_port("127.0.0.1:0")
        running.start()
        try:
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Wire(old={row.package: _modules(row) for row in rows}, new=pool, server=server, channel=channel)
        finally:
            running.stop(None).wait()


def _written(rows: Iterable[Row], version: str, folder: Path) -> Path:
    (folder / version).mkdir()
    for row in rows:
        (folder / version / f"{row.package}.proto").write_text(row.text(version))
    return folder / version


def _compiled(folder: Path, outputs: list[str]) -> None:
    files = [str(file) for file in sorted(folder.glob("*.proto"))]
    standard = Path(protoc.__file__).parent / "_proto"
    assert protoc.main(["protoc", f"-I{folder}", f"-I{standard}", *outputs, *files]) == 0


def _methods(pool: DescriptorPool, rows: Iterable[Row]) -> Iterator[tuple[str, MethodDescriptor]]:
    for row in rows:
        for service in pool.FindFileByName(f"{row.package}.proto").services_by_name.values():
            for method in service.methods:
                yield f"{service.full_name}/{method.name}", method


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _modules(row: Row) -> tuple[ModuleType, ModuleType]:
    return importlib.import_module(f"{row.package}_pb2"), importlib.import_module(f"{row.package}_pb2_grpc")
