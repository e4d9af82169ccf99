"""What leaves a case: exports, bags, the bundle for the defence. Masked, logged, then written whole."""
