"""What the company says through Meta: how it is put, what the answers mean, and how it is looked for afterwards."""
