"""What the exports of chat programs share: their headers, sections, rows, and messages as JSON."""
