"""A client of httpbin that looks at statuses and headers, since its definition describes no body."""

import httpx


class Httpbin:
    """What a probe asks httpbin for."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url)

    def is_alive(self) -> bool:
        return self._http.get("/get").status_code == 200

    def accepts(self, method: str) -> bool:
        return self._http.request(method, f"/{method.lower()}").status_code == 200

    def status(self, code: int) -> int:
        return self._http.get(f"/status/{code}").status_code

    def lets_in(self, user: str, password: str) -> bool:
        return self._http.get("/basic-auth/ada/lovelace", auth=(user, password)).status_code == 200

    def lets_bearer_in(self, token: str) -> bool:
        return self._http.get("/bearer", headers={"Authorization": f"Bearer {token}"}).status_code == 200

    def target(self, url: str) -> str:
        return self._http.get("/redirect-to", params={"url": url}).headers["location"]

    def is_unchanged(self, etag: str, known: str) -> bool:
        return self._http.get(f"/etag/{etag}", headers={"If-Match": known}).status_code == 412

    def is_cached(self, seconds: int) -> bool:
        return self._http.get(f"/cache/{seconds}").status_code == 200
