"""An import that is killed is run again: it goes on where it stopped, and nothing is there twice or by half."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.importing.past import told_by
from tests.importing.watched import watched

pytestmark = pytest.mark.slow


def arguments(source: str, target: str) -> list[str]:
    return ["import-broker", source, "--broker", target]


def command(source: str, target: str) -> list[str]:
    return [sys.executable, "-m", "contractkit", *arguments(source, target)]


def killed_at(request: int, source: str, target: str, folder: Path) -> int:
    """Run an import, kill it when it asks its source for the so-maniest time, and give how it ended."""
    running: list[subprocess.Popen[bytes]] = []

    def kill(number: int) -> None:
        if number == request:
            running[0].kill()

    with watched(source, kill) as url:
        running.append(subprocess.Popen(command(url, target), cwd=folder, stderr=subprocess.DEVNULL))
        return running[0].wait()


# What a shell runs in the background ignores SIGINT, its children included. They heed it again by themselves: what is
# called between fork and exec (`preexec_fn`) is now and then aborted by gRPC, whose threads are not there.
HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
MAIN = "from contractkit.cli.main import main; main()"


def test_who_stops_an_import_is_told_that_it_may_go_on(source: str, target: str, tmp_path: Path) -> None:
    running: list[subprocess.Popen[str]] = []

    def stop(number: int) -> None:
        if number == 40:
            running[0].send_signal(signal.SIGINT)

    with watched(source, stop) as url:
        heeding = [sys.executable, "-c", f"{HEEDING}; {MAIN}", *arguments(url, target)]
        pipe = subprocess.PIPE
        running.append(subprocess.Popen(heeding, cwd=tmp_path, stdout=pipe, stderr=pipe, text=True))
        out, err = running[0].communicate()
    assert (running[0].returncode, out) == (130, ""), err
    assert err.endswith("\nWhat was imported so far stays. Run the same command again to go on.\nStopped.\n")


def half_told(target: str) -> list[str]:
    """Give the versions of web-shop that are there without a contract, though all published one."""
    with httpx.Client(base_url=target) as client:
        listed = client.get("/pacticipants/web-shop/versions?pageNumber=1&pageSize=1000").json()
        there = {each["number"] for each in listed.get("versions", [])}
        links = client.get("/pacts/provider/orders/consumer/web-shop/versions").json().get("_links", {})
        published = {each["href"].rpartition("/")[2] for each in links.get("pb:pact-versions", [])}
    return sorted(there - published)


def test_an_import_killed_again_and_again_ends_as_if_it_had_not_been(source: str, target: str, tmp_path: Path) -> None:
    for request in (80, 130):  # between contracts, and between results
        assert killed_at(request, source, target, tmp_path) == -9
        assert half_told(target) == []
    done = subprocess.run(command(source, target), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, told_by(target)) == (0, told_by(source)), done.stderr
