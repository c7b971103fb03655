"""The only folder that speaks to Twilio. Others use its functions and never the library."""
