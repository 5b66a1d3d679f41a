"""Speed beside the raw driver and bare Litestar, measured in one run: `make bench`."""
