"""The demo district's invented enterprises and events 示范数据, written as the tables that a real office would send.

Everything is invented: names carry 示例, credit codes come from the never-issued block ``91330110MA0000…``. Same seed and
day, same bytes.
"""
