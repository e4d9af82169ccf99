"""From rings to those who must act: packages, plans, deconfliction, statements, dossiers."""
