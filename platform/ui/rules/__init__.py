"""Rules as people meet them: what they wait for and did, the buttons they have, what they ask, who calls them."""
