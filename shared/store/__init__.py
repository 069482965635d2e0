"""The only code that knows the table's keys, attributes and expressions; `README.md` lists them all."""
