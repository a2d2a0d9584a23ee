"""CDEval: two-option questions over Hofstede's dimensions, held against countries' scores there."""
