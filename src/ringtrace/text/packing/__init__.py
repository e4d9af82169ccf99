"""What evidence comes wrapped in: archives, mail parts, captured answers of servers, seals and time-stamps."""
