"""What a watcher of settings asks of etcd's remote procedures, with the code that protoc made."""

import grpc
import pytest
from etcd.api.etcdserverpb import rpc_pb2 as etcd_pb2
from etcd.api.etcdserverpb import rpc_pb2_grpc as etcd_grpc


@pytest.fixture
def etcd(contract_stub):
    return contract_stub("etcd")


def test_a_setting(etcd):
    etcd.given("a setting", name="colour", text="blue")
    etcd.on("Range").reply({"kvs": [{"key": b"colour", "value": b"blue"}], "count": 1})
    answer = etcd_grpc.KVStub(etcd.channel()).Range(etcd_pb2.RangeRequest(key=b"colour"))
    assert [each.value for each in answer.kvs] == [b"blue"]


def test_a_setting_that_lacks(etcd):
    etcd.on("Range").reply({"kvs": [], "count": 0})
    assert not etcd_grpc.KVStub(etcd.channel()).Range(etcd_pb2.RangeRequest(key=b"shape")).kvs


def test_a_setting_is_written(etcd):
    etcd.on("KV/Put").reply({"header": {"revision": 12}})
    answer = etcd_grpc.KVStub(etcd.channel()).Put(etcd_pb2.PutRequest(key=b"colour", value=b"red"))
    assert answer.header.revision


def test_a_setting_is_deleted(etcd):
    etcd.given("a setting", name="colour", text="blue")
    etcd.on("DeleteRange").reply({"deleted": 1})
    assert etcd_grpc.KVStub(etcd.channel()).DeleteRange(etcd_pb2.DeleteRangeRequest(key=b"colour")).deleted


def test_a_setting_with_a_lease_that_lacks(etcd):
    etcd.on("KV/Put").reply(status="NOT_FOUND", message="etcdserver: requested lease not found")
    with pytest.raises(grpc.RpcError) as caught:
        etcd_grpc.KVStub(etcd.channel()).Put(etcd_pb2.PutRequest(key=b"colour", value=b"red", lease=1))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_lease(etcd):
    etcd.on("LeaseGrant").reply({"ID": 7587, "TTL": 60})
    assert etcd_grpc.LeaseStub(etcd.channel()).LeaseGrant(etcd_pb2.LeaseGrantRequest(TTL=60)).ID


def test_a_lease_is_kept(etcd):
    etcd.given("a lease", ID="7587")
    etcd.on("LeaseKeepAlive").reply([{"ID": 7587, "TTL": 600}])
    kept = etcd_grpc.LeaseStub(etcd.channel()).LeaseKeepAlive(iter([etcd_pb2.LeaseKeepAliveRequest(ID=7587)]))
    assert [each.TTL for each in kept] == [600]


def test_the_version(etcd):
    etcd.on("Maintenance/Status").reply({"version": "3.4.23"})
    assert etcd_grpc.MaintenanceStub(etcd.channel()).Status(etcd_pb2.StatusRequest()).version
