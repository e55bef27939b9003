"""Register 企业档案: enterprises, sites, townships, districts as data."""
