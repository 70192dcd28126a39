"""A question in, a cited Answer out. Opens an index, never writes one."""
