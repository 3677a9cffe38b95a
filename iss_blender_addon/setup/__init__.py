"""Where the backend is, how it is installed, how its worker is started."""
