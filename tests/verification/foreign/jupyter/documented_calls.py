"""What the definition promises, and the server has elsewhere."""

from notebooks import Notebooks


def test_the_version(contract_stub):
    jupyter = contract_stub("jupyter")
    jupyter.on("GET /api/").reply(200, {"version": "2.21.1"})
    assert Notebooks(jupyter.url).server_version() == "2.21.1"
