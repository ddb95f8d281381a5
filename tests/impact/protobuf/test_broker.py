"""`contractkit impact` for protobuf against a real broker: its contracts and its definition, whatever its form."""

from collections.abc import Callable
from pathlib import Path

import pytest
from contractkit_broker.server import running_broker

from contractkit.broker_client import Build, open_broker, read_address
from contractkit.broker_client.records import ContractUpload
from contractkit.cli.main import run
from contractkit.document import dump_contract
from contractkit.model import Contract, Interaction
from contractkit.sources import load_definition

pytestmark = pytest.mark.slow

SHOP = """// The shop.
syntax = "proto3";
package shop.v1;
message Query { string id = 1; }
message Item {
  string sku = 1;
  int32 count = 2;
}
service Shop { rpc Get(Query) returns (Item); }
"""


@pytest.mark.parametrize(("is_text", "old_site"), [(True, "shop@main/definition.proto:7"), (False, "shop@main")])
def test_the_broker_knows_contracts_and_the_old_definition(
    is_text: bool,
    old_site: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record: Callable[..., Interaction],
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.proto").write_text(SHOP)
    Path("new.proto").write_text(SHOP.replace("int32 count", "string count"))
    data = SHOP.encode() if is_text else load_definition("old.proto").protobuf.descriptor_set()
    call = record({"id": "7"}, {"sku": "a", "count": 3}, procedure="shop.v1.Shop/Get")
    contract = dump_contract(Contract(consumer="web-shop", provider="shop", interactions=(call,)))
    with running_broker(tmp_path / "broker.sqlite") as url, open_broker(read_address(url)) as client:
        upload = ContractUpload(consumer="web-shop", provider="shop", data=contract)
        client.publish(Build(application="web-shop", version="4.1.0", branch="main"), [upload])
        client.resources.publish_definition("shop", "1", data, content_type="application/octet-stream")
        code = run(["impact", "new.proto", "--provider", "shop", "--broker", url])
    out = capsys.readouterr().out
    assert code == 1
    assert "web-shop 4.1.0 can no longer use the answer of shop.v1.Shop/Get.\n" in out
    assert f"  old           {old_site}" in out
    assert "  new           new.proto:7\n" in out
