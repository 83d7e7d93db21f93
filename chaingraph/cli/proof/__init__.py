"""Whether the lists are right: the command ``backtest``, protocol by protocol."""
