"""The broker: contracts, verifications and deployments of all services, on the Pact Broker's own paths."""
