# Periods begin at the first instant of their first day.
policy: calendar.toml

story: A month starts from nothing, also where its last day has 23 hours
only: monthly
| when                    | what        | then                                  |
| 2026-03-31 23:59:59.999 | purchase 10 | monthly: none -> buyer                |
| 2026-04-01              |             | monthly: buyer -> none, month is 0.00 |
| 2026-04-01 12:00        | purchase 10 | monthly: none -> buyer                |
| 2026-04-30 23:59:59.999 |             | monthly is buyer                      |
| 2026-05-01              | purchase 10 | month is 10.00                        |
| 2026-06-01              |             | monthly: buyer -> none                |

story: The year ends with the year, and a late purchase counts for the old one
only: yearly
| when                    | what                               | then                                       |
| 2026-12-31 23:59        | purchase 10 order a                | yearly: none -> member                     |
| 2027-01-01              |                                    | yearly: member -> none, year is 0.00       |
| 2027-01-02              | purchase 50 dated 2026-12-31 12:00 | year is 0.00, quarter is 0                 |
| 2027-01-03              | purchase 9.99                      | year is 9.99                               |
| 2027-01-04              | refund 10 order a                  | year is 9.99                               |
| 2027-01-05              | purchase 0.01                      | yearly: none -> member                     |

story: A refund takes back what the period had
only: yearly
| when             | what                | then                   |
| 2026-05-01       | purchase 10 order a | yearly: none -> member |
| 2026-06-01       | refund 1 order a    | yearly: member -> none |

story: Weeks begin on Monday, quarters in January, April, July and October
only: leap
| when             | what       | then                                                   |
| 2026-03-29 23:59 | purchase 1 | week is 1.00, quarter is 1, month is 1.00              |
| 2026-03-30       | purchase 2 | week is 2.00, quarter is 2, month is 3.00              |
| 2026-04-01       | purchase 4 | week is 6.00, quarter is 1, month is 4.00              |
| 2026-04-05       |            | week is 6.00, tax_year is 3                            |
| 2026-04-06       | purchase 2 | week is 2.00, tax_year is 1, launch is 9.00            |

story: A year from 29 February begins on the 28th where there is none
only: leap
| when                    | what        | then                 |
| 2024-02-28              | purchase 10 | leap: none -> member |
| 2024-02-29              |             | leap: member -> none |
| 2024-02-29 12:00        | purchase 10 | leap: none -> member |
| 2025-02-27 23:59:59.999 |             | leap is member       |
| 2025-02-28              |             | leap: member -> none |

story: What lies before the date does not count
only: leap
| when             | what       | then           |
| 2026-01-31 23:59 | purchase 5 | launch is 0.00 |
| 2026-02-01       | purchase 3 | launch is 3.00 |
| 2030-01-01       |            | launch is 3.00 |

story: Hours end on the hour
only: busy
| when             | what | then                          |
| 2026-01-10 09:59 | view | hours is 1                    |
| 2026-01-10 11:30 | view | busy: no -> yes, hours is 2   |
| 2026-01-10 12:00 |      | busy: yes -> no, hours is 1   |
| 2026-01-10 14:00 |      | hours is 0                    |
