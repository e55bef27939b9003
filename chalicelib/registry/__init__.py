"""Registry 企业档案窗口: what officials do with the register: find a site, merge records, keep persons outside the log."""
