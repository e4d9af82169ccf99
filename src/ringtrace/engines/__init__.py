"""How a stage is run: one process, a pool, or Spark. Stages do not know which."""
