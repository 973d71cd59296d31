"""Tours: the screens in a real browser, as the least privileged user who works there."""
