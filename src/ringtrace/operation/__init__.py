"""From rings to who must act where: jurisdictions, packages, outcomes."""
