"""`digitforge tune`: search a row's settings for those that give the best metric at equal training."""
