"""What people write in mails: HTML as text, and their own words without what they quote."""
