"""From actors to rings: content-conditioned graph, communities, roles, deals, containers."""
