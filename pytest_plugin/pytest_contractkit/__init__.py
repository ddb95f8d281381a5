"""The pytest plugin: the `contract_stub` fixture, and contracts written from what tests did."""
