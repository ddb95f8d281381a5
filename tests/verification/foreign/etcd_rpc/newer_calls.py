"""What etcd offers since 3.5, and the one that runs does not."""

from etcd.api.etcdserverpb import rpc_pb2 as etcd_pb2
from etcd.api.etcdserverpb import rpc_pb2_grpc as etcd_grpc


def test_a_downgrade_is_validated(contract_stub):
    etcd = contract_stub("etcd")
    etcd.on("Maintenance/Downgrade").reply({"version": "3.5.0"})
    request = etcd_pb2.DowngradeRequest(action="VALIDATE", version="3.5.0")
    assert etcd_grpc.MaintenanceStub(etcd.channel()).Downgrade(request).version == "3.5.0"
