"""From rings to an operation: records taken in row by row, the figures they give, who must act where."""
