"""Who comes in and what they may: roles, portals, sign-in, compiled."""
