"""The rules: functions over a database session. Nothing here knows of channels."""
