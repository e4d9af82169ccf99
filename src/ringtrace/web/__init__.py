"""The workbench: pages for one case on this machine, each with a URL to cite and a JSON twin."""
