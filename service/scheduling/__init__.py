"""Time: the clock, timers, and whose turn it is to run them."""
