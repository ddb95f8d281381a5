"""One connection for all clients: opening one takes httpx longer than the rest of a test."""

import httpx

HTTP = httpx.Client()
