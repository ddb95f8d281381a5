"""What the verbs for contract files take as a file, and what they say of all else; and of output that goes nowhere."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contractkit.cli.main import run
from tests.cli.running import command
from tests.review.pact_files import http, pact_file

ORDER = pact_file(http({"id": 7}, rules={"$": {"match": "type"}}))
ASKED = "expected   a file, - for standard input, or a pipe of the shell's own: <(command)"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("orders.json").write_bytes(ORDER)
    return tmp_path


@pytest.mark.parametrize(
    "arguments", [["show"], ["explain"], ["diff", "orders.json"], ["explain", "orders.json", "--actual"]]
)
def test_a_named_pipe_is_refused_before_anybody_waits_for_it(
    contractkit: Callable[..., Any], arguments: list[str]
) -> None:
    os.mkfifo("a pipe")
    ended = contractkit(*arguments, "a pipe")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        f"a pipe is a named pipe, and not a file.\n\n  {ASKED}\n\n"
        "To read what comes through it: contractkit … - < 'a pipe'\n"
    )


def test_lint_tells_of_a_named_pipe_beside_other_files(contractkit: Callable[..., Any]) -> None:
    os.mkfifo("x.fifo")
    ended = contractkit("lint", "x.fifo", "orders.json", "--format", "github")
    assert ended.code == 2
    assert "is a named pipe, and not a file" in ended.out


def test_a_device_is_no_file(contractkit: Callable[..., Any]) -> None:
    ended = contractkit("show", "/dev/zero")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == f"/dev/zero is a device, and not a file.\n\n  {ASKED}\n\nName a file.\n"


@pytest.mark.parametrize("place", ["-", "/dev/stdin"])
def test_a_contract_comes_from_standard_input_too(place: str) -> None:
    ended = subprocess.run(command("diff", "orders.json", place), input=ORDER, capture_output=True, check=True)
    assert ended.stdout == b"web-shop expects of orders: 1 the same\n\nNothing differs.\n"


def test_what_is_wrong_with_standard_input_is_told_of_it(
    contractkit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{")))
    ended = contractkit("show", "-")
    assert ended.code == 2
    assert ended.err.startswith("standard input is not JSON.\n")


def test_a_pipe_of_the_shell_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, ORDER)
    os.close(writing)
    ended = subprocess.run(
        command("diff", "orders.json", f"/dev/fd/{reading}"), pass_fds=[reading], capture_output=True, check=True
    )
    os.close(reading)
    assert ended.stdout == b"web-shop expects of orders: 1 the same\n\nNothing differs.\n"


@pytest.mark.parametrize("verb", ["show", "lint", "explain"])
def test_a_link_that_leads_nowhere_is_called_one(contractkit: Callable[..., Any], verb: str) -> None:
    Path("loop.json").symlink_to("loop.json")
    ended = contractkit(verb, "loop.json")
    assert (ended.code, ended.out or ended.err) == (
        2,
        "There are no contracts at that place: it is a link that leads nowhere.\n\n"
        "  path       loop.json\n  leads to   loop.json\n\nMend the link, or name the file itself.\n",
    )


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("order.json", "Did you mean orders.json?"),
        ("shop.json", "Run the consumer's tests first: they write the contracts."),
        ("paths.json", "Run the consumer's tests first: they write the contracts."),
    ],
)
def test_only_names_that_are_near_are_suggested(contractkit: Callable[..., Any], name: str, advice: str) -> None:
    ended = contractkit("show", name)
    assert (ended.code, ended.err) == (2, f"There are no contracts at that place.\n\n  path   {name}\n\n{advice}\n")


@pytest.mark.parametrize("arguments", [["show"], ["explain"], ["diff", "orders.json"]])
def test_what_may_not_be_read_is_told_with_the_next_step(
    contractkit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    Path("closed.json").write_bytes(ORDER)
    Path("closed.json").chmod(0)
    whole = Path.read_bytes

    def refuse(file: Path) -> bytes:
        if file.name == "closed.json":  # whoever runs tests as root may read it
            raise PermissionError(13, "Permission denied", str(file))
        return whole(file)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    monkeypatch.setattr(os, "access", lambda *_: False)
    ended = contractkit(*arguments, "closed.json")
    assert (ended.code, ended.err) == (
        2,
        "closed.json cannot be read.\n\n  reason   Permission denied\n\n"
        "Give yourself the right to read it, or name another.\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("arguments", [["show", "orders.json"], ["lint", "orders.json"], ["--help"], ["--version"]])
def test_output_that_cannot_be_written_is_no_fault_of_ours(arguments: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(command(*arguments), stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (
        2,
        "The output cannot be written.\n\n  reason   No space left on device\n\n"
        "What it was sent to is full or closed: make room, or send it elsewhere.\n",
    )


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(command("show", "orders.json"), stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_a_directory_that_cannot_be_entered_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "chdir", refuse)
    assert run(["-C", str(tmp_path), "show", "orders.json"]) == 2
    assert capsys.readouterr().err == (
        f"{tmp_path} cannot be entered.\n\n  reason   Permission denied\n\nName a directory that you may enter.\n"
    )
