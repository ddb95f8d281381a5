"""Files as the tools of each version of the Pact specification write them, with all that such a file may hold."""

_PARTIES = {"consumer": {"name": "web-shop"}, "provider": {"name": "orders"}}

V1 = {
    **_PARTIES,
    "interactions": [
        {
            "description": "an order",
            "provider_state": "order exists",
            "request": {
                "method": "get",
                "path": "/orders/7",
                "query": "expand=lines&limit=5",
                "headers": {"Accept": "application/json"},
            },
            "response": {"status": 200, "headers": {"Content-Type": "application/json"}, "body": {"id": 7}},
        },
        {
            "description": "a new order",
            "request": {"method": "post", "path": "/orders", "body": "plain text"},
            "response": {"status": 201, "body": ""},
        },
    ],
    "metadata": {"pactSpecificationVersion": "1.0.0"},
}

V1_1 = {**V1, "metadata": {"pact-specification": {"version": "1.1.0"}, "pact-jvm": {"version": "1.0.0"}}}

V2 = {
    **_PARTIES,
    "interactions": [
        {
            "description": "an order",
            "providerState": "order exists",
            "request": {
                "method": "POST",
                "path": "/orders/7",
                "query": "a=1&a=2&b",
                "headers": {"Content-Type": "application/json; charset=utf-8"},
                "body": {"note": None, "lines": [{"sku": "A-1"}]},
                "matchingRules": {
                    "$.path": {"match": "regex", "regex": "/orders/\\d+"},
                    "$.query.a": {"match": "type"},
                    "$.header.Content-Type": {"match": "regex", "regex": "application/json.*"},
                    "$.body.lines": {"min": 1},
                    "$.body.lines[*].sku": {"match": "type"},
                },
            },
            "response": {
                "status": 200,
                "headers": {"X-A": "1, 2", "Date": "Sun, 06 Nov 1994 08:49:37 GMT"},
                "body": {"id": 7, "placed": "2026-11-20"},
                "matchingRules": {
                    "$.headers['X-A']": {"match": "type"},
                    "$.body": {"match": "type"},
                    "$['body']['placed']": {"date": "yyyy-MM-dd"},
                },
            },
        }
    ],
    "metadata": {"pactSpecification": {"version": "2.0.0"}, "pact-js": {"version": "9.0.0"}},
}

V3 = {
    **_PARTIES,
    "interactions": [
        {
            "_id": "4d1a",
            "description": "an order",
            "providerStates": [{"name": "order exists", "params": {"id": 7}}, {"name": "signed in"}],
            "request": {
                "method": "GET",
                "path": "/orders/7",
                "query": {"a": ["1", "2"], "b": [""]},
                "headers": {"Accept": ["application/json", "text/plain"], "X-B": "1"},
                "matchingRules": {
                    "path": {"combine": "AND", "matchers": [{"match": "regex", "regex": "/orders/\\d+"}]},
                    "query": {"a": {"combine": "OR", "matchers": [{"match": "integer"}, {"match": "null"}]}},
                    "header": {"$.X-B[0]": {"matchers": [{"match": "number"}]}},
                },
                "generators": {
                    "path": {"type": "ProviderState", "expression": "/orders/${id}"},
                    "query": {"a": {"type": "RandomInt", "min": 1, "max": 9}},
                },
            },
            "response": {
                "status": 200,
                "headers": {"Content-Type": "application/json"},
                "body": {"id": 7, "when": "2026-11-20T10:00:00", "total": 1.0, "map": {"a": {"b": 1}}},
                "matchingRules": {
                    "body": {
                        "$.when": {"matchers": [{"match": "timestamp", "timestamp": "yyyy-MM-dd'T'HH:mm:ss"}]},
                        "$.map": {"matchers": [{"match": "values"}]},
                        "$.map.*.b": {"combine": "AND", "matchers": [{"match": "integer"}]},
                    },
                    "status": {"matchers": [{"match": "integer"}]},
                },
                "generators": {"body": {"$.id": {"type": "RandomInt", "min": 0, "max": 5}}},
            },
        }
    ],
    "metadata": {"pactSpecification": {"version": "3.0.0"}, "pact-jvm": {"version": "4.0.0"}},
    "createdAt": "2026-11-20T00:00:00+00:00",
    "_links": {"self": {"href": "http://broker"}},
}

V3_MESSAGES = {
    **_PARTIES,
    "messages": [
        {
            "_id": "5e2b",
            "description": "an order was placed",
            "providerState": "order exists",
            "contents": {"id": 7, "placed": "2026-11-20"},
            "metaData": {"contentType": "application/json", "topic": "orders", "attempt": 1},
            "matchingRules": {
                "body": {"$.id": {"matchers": [{"match": "integer"}]}},
                "metadata": {"topic": {"matchers": [{"match": "type"}]}},
            },
            "generators": {"body": {"$.placed": {"type": "Date", "format": "yyyy-MM-dd"}}},
        },
        {"description": "a text", "contents": "hello", "metadata": {"contentType": "text/plain"}},
    ],
    "metadata": {"pactSpecification": {"version": "3.0.0"}},
}

_EXTRAS = {
    "pending": True,
    "comments": {"text": ["first", "second"], "testname": "test_order.py", "link": {"to": 1}},
    "interactionMarkup": {"markup": "# An order", "markupType": "COMMON_MARK"},
    "transport": "http",
    "references": {"ticket": {"id": "A-1"}},
}

V4 = {
    **_PARTIES,
    "interactions": [
        {
            "type": "Synchronous/HTTP",
            "key": "8d1c",
            "description": "an order",
            "providerStates": [{"name": "order exists", "params": {"id": 7}}],
            **_EXTRAS,
            "request": {
                "method": "POST",
                "path": "/orders",
                "query": {"flag": [None], "a": "1"},
                "headers": {"Content-Type": "application/json"},
                "body": {"content": {"a": 1}, "contentType": "application/json", "encoded": False},
            },
            "response": {
                "status": 201,
                "headers": {"X-A": ["1", "2"]},
                "body": {
                    "content": "AAE=",
                    "contentType": "image/png",
                    "encoded": "base64",
                    "contentTypeHint": "BINARY",
                },
                "matchingRules": {
                    "status": {"matchers": [{"match": "statusCode", "status": "success"}]},
                    "body": {"$": {"matchers": [{"match": "contentType", "value": "image/png"}]}},
                },
            },
        },
        {
            "type": "Asynchronous/Messages",
            "key": "8d1d",
            "description": "an order was placed",
            "contents": {
                "content": '{"id": 7, "lines": [{"sku": "a"}]}',
                "contentType": "application/json",
                "encoded": "JSON",
            },
            "metadata": {"topic": "orders"},
            "matchingRules": {
                "content": {
                    "$.lines": {
                        "matchers": [
                            {
                                "match": "arrayContains",
                                "variants": [{"index": 0, "rules": {"$.sku": {"matchers": [{"match": "type"}]}}}],
                            }
                        ]
                    },
                    "$.id": {"combine": "OR", "matchers": [{"match": "integer"}, {"match": "notEmpty"}]},
                }
            },
            "generators": {"contents": {"$.id": {"type": "Uuid", "format": "simple"}}},
        },
        {
            "type": "Synchronous/Messages",
            "key": "8d1e",
            "description": "a question",
            "pluginConfiguration": {"avro": {"schema": {"type": "record"}}},
            "request": {
                "contents": {"content": "AQI=", "contentType": "avro/binary;record=Order", "encoded": "base64"},
                "metadata": {"contentType": "avro/binary;record=Order"},
                "matchingRules": {"body": {"$": {"matchers": [{"match": "notEmpty"}]}}},
            },
            "response": [
                {"contents": {"content": {"id": 7}, "contentType": "application/json", "encoded": False}},
                {"contents": {"content": "done", "contentType": "text/plain"}, "metadata": {"last": True}},
            ],
        },
        {"type": "Carrier/Pigeons", "key": "8d1f", "description": "a flight", "pigeons": [{"name": "Lea"}]},
    ],
    "metadata": {
        "pactSpecification": {"version": "4.0"},
        "plugins": [{"name": "avro", "version": "0.0.1", "configuration": {"schemas": {"a": 1}}}],
    },
}

FILES = {"1.0": V1, "1.1": V1_1, "2.0": V2, "3.0": V3, "3.0-messages": V3_MESSAGES, "4.0": V4}
"""The files by their version."""
