"""What any capture says. Pure.

`capture.read_capture` asks, by the capture's kind, the page reader, the sources, the PDF or the counts reader.
"""
