"""The broker: stores contracts and results, and answers who may be deployed and who breaks."""
