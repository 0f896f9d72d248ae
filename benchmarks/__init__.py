"""What `make bench` runs: see `reference/how_fast.md`, the page that its results stand on."""
