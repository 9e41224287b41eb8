"""Export questions to learning platforms (QTI 2.1) and to Anki."""
