"""What the doors and the topics are, told from the tables and models that they run on: OpenAPI, AsyncAPI, pages."""
