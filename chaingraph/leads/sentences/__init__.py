"""What sentences say: firms, places, days, figures, kinds of facts; each found in a passage of bounded length."""
