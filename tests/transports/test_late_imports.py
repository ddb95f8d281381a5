"""Client libraries that are imported while calls are intercepted already."""

import subprocess
import sys
import textwrap

import pytest

HEAD = """
import sys
from contractkit.model import HttpResponse
from contractkit.transports.in_process import Interception

for name in ("requests", "urllib3", "aiohttp", "httpx2"):
    assert name not in sys.modules, name

def answer(request):
    return HttpResponse(status=202)

"""


def run(code: str) -> str:
    ended = subprocess.run([sys.executable, "-c", HEAD + textwrap.dedent(code)], capture_output=True, text=True)
    return ended.stdout + ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "get",
    [
        "import requests; print(requests.get(url, timeout=5).status_code)",
        "import urllib3; print(urllib3.request('GET', url).status)",
        "import httpx2; print(httpx2.get(url).status_code)",
        "import aiohttp, asyncio\n"
        "    async def ask():\n"
        "        async with aiohttp.ClientSession() as client, client.get(url) as answer:\n"
        "            print(answer.status)\n"
        "    asyncio.run(ask())",
    ],
)
def test_a_library_that_is_imported_later_is_intercepted_too(get: str) -> None:
    code = f"""
url = "https://orders.example.test/orders/7"
with Interception(answer, "https://orders.example.test"):
    {get}
"""
    assert run(code) == "202\n"


@pytest.mark.slow
def test_what_is_imported_is_as_it_is_otherwise_and_nobody_watches_on() -> None:
    code = """
import inspect
before = list(sys.meta_path)
with Interception(answer, "https://orders.example.test"):
    import aiohttp.connector, urllib3.connection
    loader = type(urllib3.connection.__spec__.loader).__name__
    source = "class HTTPConnection" in inspect.getsource(urllib3.connection)
print(loader, source, sys.meta_path == before, urllib3.connection.HTTPConnection.connect.__module__)
"""
    assert run(code) == "SourceFileLoader True True urllib3.connection\n"


@pytest.mark.slow
def test_a_library_that_is_not_there_is_missing_as_ever() -> None:
    code = """
sys.modules["httpx2"] = None
with Interception(answer, "https://orders.example.test"):
    try:
        import httpx2
    except ImportError as error:
        print(type(error).__name__)
"""
    assert run(code) == "ModuleNotFoundError\n"
