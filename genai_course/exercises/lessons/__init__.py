"""One module of exercises, predictions and quiz questions per lesson, named like the lesson without its number."""
