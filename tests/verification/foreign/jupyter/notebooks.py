"""A small client of a Jupyter server: what a list of notebooks needs."""

from typing import Any

import httpx


class Notebooks:
    """Files of a Jupyter server."""

    def __init__(self, url: str, token: str = "any") -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"token {token}"})

    def server_version(self) -> str:
        return str(self._get("/api/")["version"])

    def kernels(self) -> int:
        return int(self._get("/api/status")["kernels"])

    def default_kernel(self) -> str:
        return str(self._get("/api/kernelspecs")["default"])

    def user(self) -> str:
        return str(self._get("/api/me")["identity"]["username"])

    def read(self, path: str) -> str | None:
        answer = self._http.get(f"/api/contents/{path}", params={"type": "file", "format": "text"})
        return None if answer.status_code == 404 else str(answer.raise_for_status().json()["content"])

    def write(self, path: str, text: str) -> str:
        model = {"type": "file", "format": "text", "content": text}
        return str(self._http.put(f"/api/contents/{path}", json=model).raise_for_status().json()["last_modified"])

    def rename(self, path: str, to: str) -> str:
        return str(self._http.patch(f"/api/contents/{path}", json={"path": to}).raise_for_status().json()["name"])

    def delete(self, path: str) -> None:
        self._http.delete(f"/api/contents/{path}").raise_for_status()

    def checkpoints(self, path: str) -> list[str]:
        found = self._http.get(f"/api/contents/{path}/checkpoints").raise_for_status().json()
        return [checkpoint["id"] for checkpoint in found]

    def _get(self, path: str) -> Any:
        return self._http.get(path).raise_for_status().json()
