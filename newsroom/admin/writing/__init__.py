"""The story screen: what an editor types, beside what it must be checked against.

typed.py     what the form holds: named values, as a browser sends them and as a saved content would
fields.py    how each field is read, and what is wrong with it
document.py  typed values in, editorial content out
saving.py    the content into the story, merged with what others saved meanwhile
drafts.py    what is typed and not saved, kept for whoever typed it
labels.py    what people call the fields and rows
comparing.py what was typed beside what is saved
page.py      what the templates show
drawing.py   what of it there is too much of for a template
answers.py   the screen as an answer: the form, or the story to be read
screen.py    the views: open and save
live.py      while one types
"""
