"""What lets an audit run on any machine: labelled stand-ins and a conformant SS."""
