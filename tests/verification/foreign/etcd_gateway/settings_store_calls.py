"""What the store of settings asks of etcd's JSON gateway."""

import pytest
from settings_store import SettingsStore


@pytest.fixture
def etcd(contract_stub):
    return contract_stub("etcd")


def test_a_setting(etcd):
    etcd.given("a setting", name="colour", text="blue")
    etcd.on("Range").reply(200, {"kvs": [{"key": "Y29sb3Vy", "value": "Ymx1ZQ=="}], "count": "1"})
    assert SettingsStore(etcd.url).get("colour") == "blue"


def test_a_setting_that_lacks(etcd):
    etcd.on("Range").reply(200, {"kvs": []})
    assert SettingsStore(etcd.url).get("shape") is None


def test_names_of_settings(etcd):
    etcd.given("a setting", name="colour", text="blue")
    etcd.on("Range").reply(200, {"kvs": [{"key": "Y29sb3Vy"}]})
    assert SettingsStore(etcd.url).names("col") == ["colour"]


def test_a_setting_is_written(etcd):
    etcd.on("Put").reply(200, {"header": {"revision": "12"}})
    assert SettingsStore(etcd.url).put("colour", "red") == 12


def test_a_setting_is_deleted(etcd):
    etcd.given("a setting", name="colour", text="blue")
    etcd.on("DeleteRange").reply(200, {"deleted": "1"})
    assert SettingsStore(etcd.url).delete("colour") == 1


def test_a_new_setting_is_added(etcd):
    etcd.given("no setting", name="size")
    etcd.on("Txn").reply(200, {"succeeded": True})
    assert SettingsStore(etcd.url).add("size", "XL")


def test_a_lease(etcd):
    etcd.on("LeaseGrant").reply(200, {"ID": "7587", "TTL": "60"})
    assert SettingsStore(etcd.url).lease(60) == "7587"


def test_what_is_left_of_a_lease(etcd):
    etcd.given("a lease", ID="7587")
    etcd.on("LeaseTimeToLive").reply(200, {"ID": "7587", "TTL": "42"})
    assert SettingsStore(etcd.url).left("7587") == 42


def test_a_setting_with_a_lease(etcd):
    etcd.given("a lease", lease="7587")
    etcd.on("Put").reply(200, {"header": {"revision": "13"}})
    assert SettingsStore(etcd.url).put("colour", "red", lease="7587") == 13


def test_members(etcd):
    etcd.on("MemberList").reply(200, {"members": [{"clientURLs": ["http://localhost:2379"]}]})
    assert SettingsStore(etcd.url).members() == ["http://localhost:2379"]


def test_the_version(etcd):
    etcd.on("Status").reply(200, {"version": "3.4.23"})
    assert SettingsStore(etcd.url).version() == "3.4.23"
