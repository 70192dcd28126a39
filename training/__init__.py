"""How a reading model is made: data, train, export, measure. See README.md here."""
