"""What must be in etcd, put there over its own gateway."""

import os
from base64 import b64encode

import httpx

from contractkit import provider_state

ETCD = httpx.Client(base_url=os.environ["ETCD_URL"])


@provider_state("a setting")
def a_setting(name: str, text: str):
    ask("kv/put", key=b64encode(name.encode()).decode(), value=b64encode(text.encode()).decode())


@provider_state("no setting")
def no_setting(name: str):
    ask("kv/deleterange", key=b64encode(name.encode()).decode())


@provider_state("a lease")
def a_lease(ID: str = "", lease: str = ""):  # noqa: N803  as etcd spells it
    granted = ask("lease/grant", TTL="600")["ID"]
    yield {"ID": granted, "lease": granted}
    ask("lease/revoke", ID=granted)


def ask(path: str, **body: str):
    return ETCD.post(f"/v3/{path}", json=body).raise_for_status().json()
