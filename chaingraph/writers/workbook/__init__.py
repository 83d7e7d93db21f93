"""The workbook that teams receive and send back."""
