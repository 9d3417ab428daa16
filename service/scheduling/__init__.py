"""Time: the clock, and the timers of the embedded role."""
