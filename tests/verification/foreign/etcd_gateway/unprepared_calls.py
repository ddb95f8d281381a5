"""A lease that the test takes for granted, so that nothing prepares it."""

from settings_store import SettingsStore


def test_a_setting_with_somebody_elses_lease(contract_stub):
    etcd = contract_stub("etcd")
    etcd.on("Put").reply(200, {"header": {"revision": "13"}})
    assert SettingsStore(etcd.url).put("colour", "red", lease="7587") == 13
