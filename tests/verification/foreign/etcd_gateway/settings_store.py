"""A store of settings in etcd, over its JSON gateway."""

from base64 import b64decode, b64encode

import httpx


class SettingsStore:
    """Names and their texts."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url)

    def get(self, name: str) -> str | None:
        found = self._post("kv/range", key=_text(name)).get("kvs", [])
        return b64decode(found[0]["value"]).decode() if found else None

    def names(self, prefix: str) -> list[str]:
        end = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        found = self._post("kv/range", key=_text(prefix), range_end=_text(end), keys_only=True)
        return [b64decode(each["key"]).decode() for each in found["kvs"]]

    def put(self, name: str, text: str, lease: str = "0") -> int:
        return int(self._post("kv/put", key=_text(name), value=_text(text), lease=lease)["header"]["revision"])

    def delete(self, name: str) -> int:
        return int(self._post("kv/deleterange", key=_text(name)).get("deleted", "0"))

    def add(self, name: str, text: str) -> bool:
        absent = {"key": _text(name), "target": "VERSION", "result": "EQUAL", "version": "0"}
        put = {"request_put": {"key": _text(name), "value": _text(text)}}
        return bool(self._post("kv/txn", compare=[absent], success=[put]).get("succeeded", False))

    def lease(self, seconds: int) -> str:
        return str(self._post("lease/grant", TTL=str(seconds))["ID"])

    def left(self, lease: str) -> int:
        return int(self._post("lease/timetolive", ID=lease)["TTL"])

    def members(self) -> list[str]:
        return [url for member in self._post("cluster/member/list")["members"] for url in member["clientURLs"]]

    def version(self) -> str:
        return str(self._post("maintenance/status")["version"])

    def _post(self, path: str, **body: object) -> dict:
        return self._http.post(f"/v3/{path}", json=body).raise_for_status().json()


def _text(text: str) -> str:
    return b64encode(text.encode()).decode()
