"""What tests share: where things lie, a server, a model, factories."""
