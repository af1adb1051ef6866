"""The containers of web archives, read and written: WARC records, HTTP messages, WACZ, CDXJ. Bytes in, bytes out."""
