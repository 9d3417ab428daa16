"""Scenario files for `radar backtest`."""
