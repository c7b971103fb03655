"""What visitors do on the web: register without WhatsApp, and find their passes again."""
