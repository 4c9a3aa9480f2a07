#!/bin/sh
# The simulated MQTT against a real mosquitto and against Wireshark.
PATH=$PATH:/usr/sbin
exec python3 "$SOURCE_DIR/tests/mqtt_peers.py"
