# Customers who are erased, under the simplest ladder of money.
policy: spending.toml

story: Whoever is erased stands nowhere, and what is late does not bring them back
| when             | what                                 | then                      |
| 2026-01-10 12:00 | purchase 500 order o1                | value: none -> high       |
| 2026-01-15 12:00 | erase                                | value is none             |
| 2026-01-15 12:01 | purchase 20 dated 2026-01-14         | suppressed, value is none |
| 2026-01-15 12:01 | purchase 20 dated 2026-01-15 12:00   | suppressed                |
| 2026-01-15 12:02 | refund 500 order o1 dated 2026-01-12 | suppressed                |
| 2026-02-20       |                                      | value is none             |

story: A later event is of a new customer, who owes nothing to the old one
| when                    | what                       | then               |
| 2026-01-10 12:00        | purchase 90 id p1 order o1 | value: none -> low |
| 2026-01-15 12:00        | erase                      |                    |
| 2026-01-15 12:00:00.001 | purchase 20 id p1 order o1 | value: none -> low |
| 2026-02-14              |                            | value: low -> none |

story: What was due before the erasure is told, what was due after it is not
| when             | who | what        | then               |
| 2026-01-10 12:00 | ann | purchase 20 | value: none -> low |
| 2026-01-10 12:00 | bob | purchase 20 | value: none -> low |
| 2026-02-09       | ann |             | value: low -> none |
| 2026-02-09       | bob |             | value: low -> none |
| 2026-02-10       | ann | erase       |                    |
| 2026-02-10 12:00 | bob | purchase 20 | value: none -> low |
| 2026-02-11       | bob | erase       |                    |
| 2026-04-01       | bob |             | value is none      |

story: Erasing again, or whom nobody knows
| when             | what                         | then       |
| 2026-01-10 12:00 | erase id y1                  |            |
| 2026-01-10 12:00 | erase id y1                  | suppressed |
| 2026-01-10 13:00 | purchase 20 dated 2026-01-10 | suppressed |
| 2026-01-10 14:00 | erase id y1                  |            |
