"""The pages: what people see in a browser. They work without JavaScript."""
