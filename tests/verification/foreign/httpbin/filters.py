"""Whom httpbin lets in; it keeps nothing else."""

import base64

from contractkit import request_filter

ADA = base64.b64encode(b"ada:lovelace").decode()


@request_filter
def log_in(request):
    if request.expected_status == 401:
        request.headers.pop("authorization", None)
    elif request.operation == "GET /bearer":
        request.headers["authorization"] = "Bearer secret-of-the-probe"
    elif request.operation == "GET /basic-auth/{user}/{passwd}":
        request.headers["authorization"] = f"Basic {ADA}"
