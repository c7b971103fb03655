"""Twilio's side: the REST API that we call, and the webhooks that it sends."""
