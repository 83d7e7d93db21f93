"""Page and workbook of the ledger."""
