# Tiers for life, and tiers that require another.
policy: lifetime.toml

story: What is for life is not taken back with the order that made it so
only: club
| when             | what                    | then                       |
| 2026-01-10 09:00 | purchase 310.00 order a | club: none -> gold         |
| 2026-01-11 09:00 | purchase 1.00 order b   |                            |
| 2026-01-12 09:00 | purchase 1.00 order c   |                            |
| 2026-01-13 09:00 | cancel order c          | orders_ever is 2           |
| 2026-12-31       |                         | club is gold               |

story: Somebody below the tier has nothing for life until they reach it
only: club
| when             | what            | then                 |
| 2026-01-10 09:00 | purchase 40.00  |                      |
| 2026-01-11 09:00 | purchase 40.00  |                      |
| 2026-01-12 09:00 | purchase 40.00  | club: none -> silver |
| 2026-02-09       |                 | club: silver -> none |
| 2026-03-01 09:00 | purchase 300.00 | club: none -> gold   |
| 2026-12-31       |                 | club is gold         |

story: All times together make a year
# From 1 July to the end of 2025 it is 183 days and 16 hours, so the year is full in August 2026.
only: total, row
| when             | who | what            | then                                       |
| 2025-07-01 09:00 | ada | purchase 100.00 | total: none -> star, row: none -> star     |
| 2026-01-01       | ada |                 | total: star -> none, row: star -> none     |
| 2026-03-01 09:00 | ada | purchase 100.00 | total: none -> star, row: none -> star     |
| 2026-03-01 09:00 | bob | purchase 100.00 | total: none -> star, row: none -> star     |
| 2027-01-01       | ada |                 | row: star -> none                          |
| 2027-01-01       | bob |                 | total: star -> none, row: star -> none     |
| 2028-01-01       | ada |                 | total is star                              |

story: A third time is added to the first two
# 183 days and 15 hours, then 91 days and 15 hours; what is left of the year has passed on 29 November 2027.
only: total
| when             | who | what            | then                |
| 2025-07-01 09:00 | ada | purchase 100.00 | total: none -> star |
| 2026-01-01       | ada |                 | total: star -> none |
| 2026-10-01 09:00 | ada | purchase 100.00 | total: none -> star |
| 2027-01-01       | ada |                 | total: star -> none |
| 2027-09-01 09:00 | ada | purchase 100.00 | total: none -> star |
| 2028-01-01       | ada |                 | total is star       |

story: A year in a row lasts through the same day of the next
only: row
| when             | who | what            | then              |
| 2025-07-01 09:00 | ada | purchase 100.00 | row: none -> star |
| 2025-07-01 09:00 | bob | purchase 100.00 | row: none -> star |
| 2025-12-20 09:00 | ada | purchase 100.00 |                   |
| 2026-01-01       | bob |                 | row: star -> none |
| 2026-03-01 09:00 | bob | purchase 100.00 | row: none -> star |
| 2027-01-01       | ada |                 | row is star       |
| 2027-01-01       | bob |                 | row: star -> none |

story: Nobody comes to a tier without the one that it requires, and both may come at once
only: top
| when             | what            | then                  |
| 2026-01-10 09:00 | purchase 10.00  |                       |
| 2026-01-11 09:00 | purchase 10.00  |                       |
| 2026-01-12 09:00 | purchase 190.00 | top: none -> ultimate |
| 2026-02-10       |                 | top: ultimate -> none |

story: Who is there stays by the tier's own rule
only: top
| when             | what            | then                      |
| 2026-01-10 09:00 | purchase 210.00 | top: none -> platinum     |
| 2026-01-20 09:00 | purchase 5.00   | top: platinum -> ultimate |
| 2026-02-05 09:00 | purchase 5.00   |                           |
| 2026-02-19       |                 | top: ultimate -> none     |
