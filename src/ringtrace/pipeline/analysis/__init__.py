"""The stages from posts to alerts and the summary, as the engines run them."""
