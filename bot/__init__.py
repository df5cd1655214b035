"""The advisor: it knows no platform."""
