"""How requests reach the threads of a web process: whole, so that slow callers hold none; Twilio's and scanners' usual
ones past Flask.
"""
