"""Running the service: processes, migrations, the embedded Redis, checks of an installation."""
