"""From posts to accounts to actors: templates, identifier use, pair model, clustering."""
