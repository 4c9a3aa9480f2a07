#!/bin/sh
# What Wireshark reads in a session of RSVP, field by field.
exec python3 "$SOURCE_DIR/tests/rsvp_tshark.py"
