"""What every answer passes or any client may fetch: static files, headers, limits, signs of life, figures."""
