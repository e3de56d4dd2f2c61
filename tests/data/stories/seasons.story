# Days of the year, the period before, and a year of one's own.
policy: seasons.toml

story: Reached this year, kept for the next, and over after it
only: value
| when             | what                 | then                                          |
| 2026-03-01 12:00 | purchase 100 order a | value: none -> silver, last_year is 0.00      |
| 2027-01-01       |                      | this_year is 0.00, last_year is 100.00        |
| 2027-06-01 12:00 | purchase 99          |                                               |
| 2027-12-31 23:59 |                      | value is silver                               |
| 2028-01-01       |                      | value: silver -> none, last_year is 99.00     |

story: A refund in the next year is of the year before
only: value
| when             | what                 | then                                          |
| 2026-12-31 23:59 | purchase 100 order a | value: none -> silver                         |
| 2027-01-15 12:00 | refund 0.01 order a  | value: silver -> none, last_year is 99.99     |

story: This year less the last
only: trend
| when             | what         | then                                                     |
| 2026-03-01 12:00 | purchase 100 | trend: even -> growing                                   |
| 2027-01-01       |              | trend: growing -> shrinking, growth is -100.00           |
| 2027-02-01 12:00 | purchase 100 | trend: shrinking -> even                                 |
| 2028-01-01       |              | trend: even -> shrinking                                 |
| 2029-01-01       |              | trend: shrinking -> even                                 |

story: The brand of last month
only: brand
| when             | what                  | then                  |
| 2026-03-01 12:00 | purchase 10 brand oak |                       |
| 2026-03-02 12:00 | purchase 10 brand elm |                       |
| 2026-03-03 12:00 | purchase 10 brand oak | last_month_brand is never |
| 2026-04-01       |                       | brand: other -> oak   |
| 2026-04-10 12:00 | purchase 10 brand elm | brand is oak          |
| 2026-05-01       |                       | brand: oak -> other, last_month_brand is elm |
| 2026-06-01       |                       | last_month_brand is never |

story: A year of one's own begins with the first purchase, and with another one once that is cancelled
only: own
| when             | what                | then                                |
| 2026-05-17 09:00 | visit               | own_visits is 0                     |
| 2026-05-17 12:00 | purchase 10 order a | own_visits is 1                     |
| 2026-09-01 12:00 | purchase 10         | own: rare -> regular                |
| 2027-05-17       |                     | own: regular -> rare, own_visits is 0 |
| 2027-06-01 12:00 | purchase 10         | own_year is 1                       |
| 2027-06-02 12:00 | cancel order a      | own: rare -> regular, own_year is 2 |
| 2027-09-01       |                     | own: regular -> rare                |

story: Who begins on 29 February goes on on the 28th
only: own
| when                    | what        | then                              |
| 2024-02-29 12:00        | purchase 10 | winter is 1                       |
| 2025-02-27 12:00        | purchase 10 | own: rare -> regular              |
| 2025-02-28              |             | own: regular -> rare, own_year is 0 |
| 2028-02-28 12:00        | purchase 10 | own_year is 1                     |
| 2028-02-29              |             | own_year is 0                     |

story: From before Christmas to after the New Year
only: own
| when                    | what        | then                              |
| 2026-12-19 23:59:59.999 | purchase 10 | winter is 0                       |
| 2026-12-20              | purchase 10 | own: rare -> regular, winter is 1 |
| 2027-01-06 23:59:59.999 | purchase 10 | winter is 2                       |
| 2027-01-07              | purchase 10 | winter is 2                       |
| 2027-03-01              | purchase 10 | winter is 2                       |
