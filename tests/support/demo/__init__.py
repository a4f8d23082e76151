"""`./run demo`: a throw-away clinic network, played, watched and audited. See README.md."""
