"""Tables whose columns are named: a row and a column that a question names have the cell that answers it."""
