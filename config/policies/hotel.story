# A hotel chain: nights or stays or spend of a calendar year.
policy: hotel.toml

story: Reached in one year, valid to the end of March of the year after the next
| when             | what                        | then                     |
| 2025-06-10 12:00 | purchase 900.00 quantity 10 | status: member -> silver |
| 2027-03-31 23:59 |                             | status is silver         |
| 2027-04-01       |                             | status: silver -> member |

story: Nights or stays or spend, each is enough by itself
# Four stays of a night; ten nights; 2,500 dollars.
| when             | who | what                        | then                                        |
| 2025-06-10 12:00 | ann | purchase 80.00 quantity 1   |                                             |
| 2025-06-11 12:00 | ann | purchase 80.00 quantity 1   |                                             |
| 2025-06-12 12:00 | ann | purchase 80.00 quantity 1   |                                             |
| 2025-06-13 12:00 | ann | purchase 80.00 quantity 1   | status: member -> silver because stays_year 4 is >= 4 |
|                  | bob | purchase 700.00 quantity 9  |                                             |
| 2025-06-14 12:00 | bob | purchase 70.00 quantity 1   | status: member -> silver because nights 10 is >= 10 |
|                  | cid | purchase 2499.99 quantity 2 |                                             |
| 2025-06-15 12:00 | cid | purchase 0.01 quantity 1    | status: member -> silver because spend_year 2500.00 is >= 2500.00 |

story: The higher tiers by exactly their stays, and by exactly their spend
# Each stay is of no night here, so that nights do not help.
| when             | who   | what                    | then                        |
| 2025-06-10 12:00 | stays | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          | status: member -> silver    |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          | status: silver -> gold      |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          |                             |
|                  |       | purchase 10.00          | status: gold -> diamond     |
|                  | spend | purchase 7499.99        | status: member -> silver    |
|                  |       | purchase 0.01           | status: silver -> gold      |
|                  |       | purchase 4499.99        |                             |
|                  |       | purchase 0.01           | status: gold -> diamond     |

story: One long stay goes up over three tiers at once, and down one a year
| when             | what                         | then                      |
| 2025-06-10 12:00 | purchase 5000.00 quantity 60 | status: member -> diamond |
| 2027-04-01       |                              | status: diamond -> gold   |
| 2028-04-01       |                              | status: gold -> silver    |
| 2029-04-01       |                              | status: silver -> member  |

story: Who reaches the landing tier in its year keeps it a year longer
| when             | what                         | then                      |
| 2025-06-10 12:00 | purchase 5000.00 quantity 60 | status: member -> diamond |
| 2027-04-01       |                              | status: diamond -> gold   |
| 2027-10-01 12:00 | purchase 4000.00 quantity 40 |                           |
| 2029-04-01       |                              | status: gold -> silver    |
| 2030-04-01       |                              | status: silver -> member  |

story: A stay at the midnight at which the status ends saves it
# The new year's nights come first where they reach the tier at that very instant.
| when             | what                         | then                     |
| 2025-06-10 12:00 | purchase 900.00 quantity 10  | status: member -> silver |
| 2027-04-01 00:00 | purchase 900.00 quantity 10  | status is silver         |
| 2029-04-01       |                              | status: silver -> member |

story: The way up at the instant at which a status ends wins
| when             | what                         | then                     |
| 2025-06-10 12:00 | purchase 900.00 quantity 10  | status: member -> silver |
| 2027-04-01 00:00 | purchase 4000.00 quantity 40 | status: silver -> gold   |
| 2029-04-01       |                              | status: gold -> silver   |
| 2030-04-01       |                              | status: silver -> member |

story: A stay that is paid back in its year leaves the status to the end of March
| when             | what                                 | then                     |
| 2025-06-10 12:00 | purchase 900.00 quantity 10 order s1 | status: member -> silver |
| 2025-07-10 12:00 | refund 900.00 quantity 10 order s1   | nights_year is 0         |
| 2026-04-01       |                                      | status: silver -> member |

story: A stay that is paid back in the next year was a stay of the old one
| when             | what                                 | then                     |
| 2025-12-10 12:00 | purchase 900.00 quantity 10 order s1 | status: member -> silver |
| 2026-01-10 12:00 | refund 900.00 quantity 10 order s1   | nights_year is 0         |
| 2027-04-01       |                                      | status: silver -> member |

story: The last night of the year is that of the day on which the guest leaves
# A stay over New Year counts for the year in which it ends.
| when                    | who | what                        | then                     |
| 2025-12-31 23:59:59.999 | ann | purchase 900.00 quantity 10 | status: member -> silver |
| 2026-01-01              | bob | purchase 900.00 quantity 10 | status: member -> silver |
| 2027-04-01              | ann |                             | status: silver -> member |
| 2028-04-01              | bob |                             | status: silver -> member |

story: Ten years and a thousand nights are for life
# 3,650 days are full two leap days before the tenth anniversary, on 30 December 2035. Nobody is
# told of it: the status does not move. Years later it is still there.
| when             | what                          | then                      |
| 2026-01-01 12:00 | purchase 6000.00 quantity 100 | status: member -> diamond |
| 2027-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2028-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2029-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2030-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2031-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2032-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2033-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2034-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2035-01-01 12:00 | purchase 6000.00 quantity 100 | nights_ever is 1000       |
| 2050-01-01       |                               | status is diamond         |

story: Ten years with a night too few are not, and the landing is soft
| when             | what                          | then                      |
| 2026-01-01 12:00 | purchase 6000.00 quantity 100 | status: member -> diamond |
| 2027-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2028-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2029-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2030-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2031-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2032-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2033-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2034-01-01 12:00 | purchase 6000.00 quantity 100 |                           |
| 2035-01-01 12:00 | purchase 6000.00 quantity 99  | nights_ever is 999        |
| 2037-04-01       |                               | status: diamond -> gold   |
| 2038-04-01       |                               | status: gold -> silver    |
| 2039-04-01       |                               | status: silver -> member  |

story: Spend is for life as well, and a thousand nights in one year are not
# Ann spends 200,000 dollars in her tenth year; bob is a cent short. Cid has the nights, and one
# year, and another for those that roll over.
| when             | who  | what                           | then                      |
| 2026-01-01 12:00 | ann  | purchase 20000.00              | status: member -> diamond |
| 2026-01-01 12:00 | bob  | purchase 20000.00              | status: member -> diamond |
| 2026-01-01 12:00 | cid  | purchase 12000.00 quantity 1000 | status: member -> diamond |
| 2027-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2027-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2028-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2028-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2029-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2029-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2029-04-01       | cid  |                                | status: diamond -> gold   |
| 2030-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2030-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2030-04-01       | cid  |                                | status: gold -> silver    |
| 2031-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2031-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2031-04-01       | cid  |                                | status: silver -> member  |
| 2032-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2032-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2033-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2033-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2034-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2034-01-01 12:00 | bob  | purchase 20000.00              |                           |
| 2035-01-01 12:00 | ann  | purchase 20000.00              |                           |
| 2035-01-01 12:00 | bob  | purchase 19999.99              |                           |
| 2037-04-01       | bob  |                                | status: diamond -> gold   |
| 2038-04-01       | bob  |                                | status: gold -> silver    |
| 2039-04-01       | bob  |                                | status: silver -> member  |
| 2050-01-01       | ann  |                                | status is diamond         |

story: A hotel reports two weeks late, and not later
| when             | who | what                                                | then                                             |
| 2026-01-14 12:00 | ann | purchase 5000.00 quantity 12 dated 2025-12-31 12:00 | status: member -> silver as of 2025-12-31 12:00  |
|                  | bob | purchase 5000.00 quantity 12 dated 2025-12-31 11:59 | refused: too_late                                |
| 2027-01-01       | ann |                                                     | status is silver                                 |

story: Nights beyond a status count for the year after, and for that one only
# 12 nights are 2 more than silver asks for. The 2 do not make 8 nights of 2026 roll over.
| when             | what                        | then                     |
| 2025-06-10 12:00 | purchase 900.00 quantity 12 | status: member -> silver |
| 2026-05-01 12:00 | purchase 500.00 quantity 7  | nights is 9              |
| 2026-05-02 12:00 | purchase 90.00 quantity 1   | nights is 10             |
| 2027-01-02       |                             | nights is 0              |
| 2027-04-01       |                             | status is silver         |
| 2028-04-01       |                             | status: silver -> member |

story: A late refund of the old year takes back what was carried out of it
| when             | what                                 | then                      |
| 2025-12-20 12:00 | purchase 900.00 quantity 12 order o1 | status: member -> silver  |
| 2026-01-10 12:00 | refund 300.00 quantity 4 order o1    | nights is 0               |
| 2026-05-01 12:00 | purchase 500.00 quantity 8           | nights is 8               |
| 2027-04-01       |                                      | status: silver -> member  |
