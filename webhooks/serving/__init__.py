"""How requests reach the threads of a web process: whole, so that slow callers hold none; and Twilio's past Flask."""
