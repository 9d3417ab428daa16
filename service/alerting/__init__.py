"""Whether the desk is warned, how gravely, and in what words: pure decisions on values."""
