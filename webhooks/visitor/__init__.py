"""The visitors' pages: register without WhatsApp, and find one's passes again."""
