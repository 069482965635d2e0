"""The files that come with messages: where a platform has them, how they are fetched, and what is kept of them."""
