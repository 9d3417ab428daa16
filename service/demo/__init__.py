"""An invented day of news on loopback, for `radar demo` and for tests; everything in it is made up."""
