"""The API's own description, OpenAPI 3.1: made from the routes as they are registered and the schemas as they judge."""
